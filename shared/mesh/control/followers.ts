import { ProtocolError } from "#shared/base/errors";
import type { Bus } from "./bus.ts";
import { decode, encode } from "./codec.ts";
import type { DirectoryChange, DirectoryOptions, NodeView } from "./directory.ts";
import type { Hearing } from "./hearing.ts";
import {
	type Alive,
	addStream,
	type NodeInfo,
	type RegisterPage,
	registerPage,
	removeStream,
	type StreamInfo,
} from "./messages.ts";
import { ParentFollower } from "./parent-follower.ts";
import type { Heard, PeerTable } from "./peer-table.ts";
import { Registrations } from "./registrations.ts";
import type { StreamTable } from "./stream-table.ts";
import type { Subjects } from "./subjects.ts";

/** Events of all parents that may wait for snapshots: tens of megabytes if all have the greatest length. */
const MAX_WAITING_EVENTS = 16_384;
/** Streams that the largest parent loses at once, so that it need not be searched each time. */
const CUT_STREAMS = 64;

type Following = { readonly follower: ParentFollower; readonly unsubscribe: readonly (() => void)[] };

/** What following needs of its directory. */
export type FollowersOptions = DirectoryOptions & {
	readonly bus: Bus;
	readonly hearing: Hearing;
	readonly subjects: Subjects;
	readonly streams: StreamTable;
	readonly peers: PeerTable;
	readonly emit: (change: DirectoryChange) => void;
};

/** The parents that this node follows: one follower and two subscriptions each. */
export class Followers {
	readonly #options: FollowersOptions;
	readonly #all = new Map<string, Following>();
	readonly #registrations = new Registrations();
	#waitingEvents = 0;

	constructor(options: FollowersOptions) {
		this.#options = options;
	}

	/** A sign of life of a node: start to follow it, keep up with it, or stop following it. */
	*alive({ node, seq, streams }: Alive, heard: Heard): Generator<undefined, void> {
		const following = this.#all.get(node.id);
		if (!this.#options.follow(node)) yield* this.gone(node.id, "unfollowed");
		else if (!following) this.#follow(node);
		else if (heard === "restarted") yield* following.follower.restarted(node.incarnation);
		else following.follower.heard(node.incarnation, seq, streams);
	}

	/** An answer to a register request. An empty answer comes from the NATS server: nobody listens. */
	*reply(id: string, ticket: string, payload: Uint8Array): Generator<undefined, void> {
		const follower = this.#all.get(id)?.follower;
		// An answer that nobody asked for is not read.
		if (!follower?.expects(ticket)) return;
		try {
			if (payload.length > 0) yield* follower.page(ticket, pageOf(id, payload));
			else follower.refused(ticket);
		} catch (error) {
			follower.refused(ticket);
			throw error;
		}
	}

	/** The control plane is back after it was away. */
	resume(): void {
		this.#registrations.reset();
		for (const { follower } of this.#all.values()) follower.resume();
	}

	/** Ends following a node and removes its streams. */
	*gone(id: string, reason: string): Generator<undefined, void> {
		const following = this.#all.get(id);
		if (!following) return;
		this.#all.delete(id);
		for (const unsubscribe of following.unsubscribe) unsubscribe();
		yield* following.follower.close(reason);
		this.#options.peers.setSynced(id, false);
	}

	/** Ends all. */
	close(): void {
		for (const id of [...this.#all.keys()]) for (const _ of this.gone(id, "closed"));
	}

	// The subscription to events comes before the request for the snapshot, so no event is missed between the two.
	#follow(parent: NodeInfo): void {
		const { id } = parent;
		const { hearing, subjects, streams, clock, bus, self, count } = this.#options;
		const hear = (subject: string, take: (follower: ParentFollower, payload: Uint8Array) => void) =>
			hearing.on(subject, ({ payload }) => {
				const follower = this.#all.get(id)?.follower;
				if (follower) take(follower, payload);
			});
		const unsubscribe = [
			hear(subjects.addStream(id), (to, payload) => to.event({ type: "add", ...addStreamOf(id, payload) })),
			hear(subjects.removeStream(id), (to, payload) => to.event({ type: "remove", ...decode(removeStream, payload) })),
		];
		const follower = new ParentFollower(parent, streams, clock, {
			register: (ticket, why, sent) =>
				this.#registrations.ask(id, this.#options.peers.get(id)?.streams ?? 0, () => {
					count("control-register", why);
					bus.publish(subjects.register(id), encode({ node: self }), `${bus.inbox}.${id}.${ticket}`);
					sent();
				}),
			registered: () => this.#registrations.over(id),
			isBehind: () => hearing.isBehind(id),
			added: (stream) => this.#tell(id, (node) => ({ type: "stream-added", node, stream })),
			removed: (stream: StreamInfo, reason) =>
				this.#tell(id, (node) => ({ type: "stream-removed", node, stream, reason })),
			synced: (synced) => this.#synced(id, synced),
			makeRoom: () => this.#makeRoom(id),
			full: () => hearing.full("streams", { node: id }, "a stream is not remembered: there is no room for it"),
			keep: (more) => this.#keep(more),
			random: Math.random,
		});
		this.#all.set(id, { follower, unsubscribe });
	}

	#makeRoom(id: string): boolean {
		const { streams } = this.#options;
		const largest = streams.isBelowShare(id) ? streams.largest() : undefined;
		const other = largest === undefined || largest === id ? undefined : this.#all.get(largest)?.follower;
		other?.cut(CUT_STREAMS);
		return other !== undefined;
	}

	#keep(more: number): boolean {
		if (this.#waitingEvents + more > MAX_WAITING_EVENTS) return false;
		this.#waitingEvents += more;
		return true;
	}

	#synced(id: string, synced: boolean): void {
		const was = this.#options.peers.get(id)?.synced;
		const node = this.#options.peers.setSynced(id, synced);
		if (node && synced && !was) this.#options.emit({ type: "node-synced", node });
	}

	#tell(id: string, change: (node: NodeView) => DirectoryChange): void {
		const node = this.#options.peers.get(id);
		if (node) this.#options.emit(change(node));
	}
}

function pageOf(id: string, payload: Uint8Array): RegisterPage {
	const page = decode(registerPage, payload);
	if (page.node.id !== id) throw new ProtocolError("mismatch", `A register page for ${id} speaks for ${page.node.id}.`);
	for (const stream of page.streams) checkHolder(id, stream);
	return page;
}

function addStreamOf(id: string, payload: Uint8Array) {
	const message = decode(addStream, payload);
	checkHolder(id, message.stream);
	return message;
}

/** The last node in `hops` is the node that has the stream. */
function checkHolder(id: string, { key, hops }: StreamInfo): void {
	if (hops.at(-1) !== id) throw new ProtocolError("mismatch", `The hops of ${key} do not end at ${id}.`);
}
