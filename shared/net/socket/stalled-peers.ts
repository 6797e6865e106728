import { type Cancel, type Clock, type Millis, systemClock } from "#shared/base/clock";
import { type Ends, endsOf, type ReadSendQueues, readSendQueues } from "./send-queues.ts";

/** How often a peer is looked at within its time. */
const LOOKS = 4;

/** With many connections a look takes long. A rest follows it, so that looks take at most this share of the time. */
const MOST_OF_TIME = 1 / 10;

/** What is looked at of a socket. */
export type WatchedSocket = Ends & { readonly bytesWritten: number; readonly writableLength: number };

type Watcher = { readonly ms: Millis; readonly since: Millis; readonly onStalled: () => void };

/**
 * Finds peers that take none of the data that waits for them. A full socket says nothing until a third of it is free. A kernel
 * keeps megabytes, so that takes a slow reader longer than a frozen reader may live. So the kernel is asked what each peer has
 * acknowledged. On systems where it cannot be asked, only the bytes that the socket takes count.
 */
export class StalledPeers {
	readonly #clock: Clock;
	readonly #read: ReadSendQueues;
	readonly #peers = new Map<string, Peer>();
	#everyMs: Millis = Number.POSITIVE_INFINITY;
	#cancelLook: Cancel | undefined;

	constructor(clock: Clock, read: ReadSendQueues) {
		this.#clock = clock;
		this.#read = read;
	}

	/** Calls `onStalled` when the peer has taken nothing for `ms` while something waited for it. Runs until cancelled. */
	watch(socket: WatchedSocket, ms: Millis, onStalled: () => void): Cancel {
		const ends = endsOf(socket);
		const peer = this.#peers.get(ends) ?? new Peer(socket);
		this.#peers.set(ends, peer);
		const watcher = { ms, since: this.#clock.now(), onStalled };
		peer.watchers.add(watcher);
		this.#everyMs = Math.min(this.#everyMs, ms / LOOKS);
		this.#cancelLook ??= this.#clock.after(this.#everyMs, this.#look);
		return () => {
			peer.watchers.delete(watcher);
			if (peer.watchers.size === 0 && this.#peers.get(ends) === peer) this.#peers.delete(ends);
			if (this.#peers.size === 0) this.#rest();
		};
	}

	readonly #look = async (): Promise<void> => {
		const begun = this.#clock.now();
		for (const peer of this.#peers.values()) peer.ask();
		await this.#read((ends, bytes) => this.#peers.get(ends)?.answer(bytes)).catch(() => {});
		const now = this.#clock.now();
		for (const peer of this.#peers.values()) peer.settle(now);
		if (this.#peers.size === 0) return;
		const rest = Math.min((now - begun) / MOST_OF_TIME, this.#everyMs * LOOKS);
		this.#cancelLook = this.#clock.after(Math.max(this.#everyMs, rest), this.#look);
	};

	#rest(): void {
		this.#cancelLook?.();
		this.#cancelLook = undefined;
		this.#everyMs = Number.POSITIVE_INFINITY;
	}
}

/** What the last look showed about a peer, compared with this look. */
class Peer {
	readonly watchers = new Set<Watcher>();
	readonly #socket: WatchedSocket;
	#movedAt: Millis = Number.NEGATIVE_INFINITY;
	/** Looks since the peer last moved. Time alone does not count: while this process is held up, no peer can move. */
	#stillLooks = 0;
	/** Bytes that the kernel has taken at least, was given at most, and those that are not acknowledged. */
	#taken = 0;
	#given = 0;
	#unread: number | undefined;
	#before = { taken: 0, given: 0, unread: undefined as number | undefined };

	constructor(socket: WatchedSocket) {
		this.#socket = socket;
	}

	ask(): void {
		this.#before = { taken: this.#taken, given: this.#given, unread: this.#unread };
		const { bytesWritten, writableLength } = this.#socket;
		this.#taken = bytesWritten - writableLength;
		this.#given = bytesWritten;
		this.#unread = undefined;
	}

	answer(unread: number): void {
		this.#unread = unread;
		this.#given = this.#socket.bytesWritten;
	}

	settle(now: Millis): void {
		this.#stillLooks++;
		if (this.#hasMoved()) {
			this.#movedAt = now;
			this.#stillLooks = 0;
		}
		if (this.#stillLooks < LOOKS) return;
		for (const { ms, since, onStalled } of this.watchers) {
			if (now - Math.max(since, this.#movedAt) >= ms) onStalled();
		}
	}

	/** True if the peer surely moved or nothing waits. The kernel may have had fewer bytes than it was given when it was asked. */
	#hasMoved(): boolean {
		const { taken, given, unread } = this.#before;
		if (this.#unread === undefined) return this.#socket.writableLength === 0 || this.#taken > taken;
		if (this.#unread === 0) return true;
		return unread !== undefined && (this.#unread < unread || this.#taken - this.#unread > given - unread);
	}
}

const peers = new StalledPeers(systemClock, readSendQueues);

/** The same for the sockets of this process. */
export const watchPeer = (socket: WatchedSocket, ms: Millis, onStalled: () => void): Cancel =>
	peers.watch(socket, ms, onStalled);
