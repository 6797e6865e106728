import type { Cancel, Clock, Millis } from "#shared/clock";
import type { StreamKey } from "#shared/media";
import {
	type AddStream,
	MAX_STREAMS_PER_NODE,
	type RegisterPage,
	type RemoveStream,
	type StreamInfo,
} from "./messages.ts";
import { Snapshot } from "./snapshot.ts";
import type { StreamTable } from "./stream-table.ts";

/** A healthy parent answers within 100 ms; a first or next page that is not here by then is lost. Doubles with every failure, */
const REGISTER_TIMEOUT: Millis = 1_000;
/** so that a slow path or a busy machine is not asked again while it still works on the last answer. */
const MAX_REGISTER_TIMEOUT: Millis = 8_000;
/** Between asking again: doubles from the first to the second, with equal jitter so that a tier does not ask in step. */
const RETRY_FIRST: Millis = 250;
const RETRY_MOST: Millis = 5_000;
/** Events kept while a snapshot is on its way; what is past them shows as a gap and is asked for again. */
const MAX_WAITING_EVENTS = 4_096;

/** One change of a parent's list. */
export type StreamEvent = (AddStream & { readonly type: "add" }) | (RemoveStream & { readonly type: "remove" });

/** What a follower does to the world. */
export type FollowerPort = {
	/** Sends `register`; the pages come back through `page` with this ticket. */
	readonly register: (ticket: string, why: "new" | "gap" | "retry") => void;
	readonly added: (stream: StreamInfo) => void;
	readonly removed: (stream: StreamInfo, reason: string) => void;
	/** Whether the table shows what the parent has; told again and again. */
	readonly synced: (synced: boolean) => void;
	/** A stream was left out: the parent has more than anyone may. */
	readonly full: () => void;
	readonly random: () => number;
};

/**
 * Keeps one parent's streams in step with the parent: snapshot first, then its events in order of `seq`.
 * A gap, or a sign of life that does not fit, fetches the snapshot anew. The only owner of that retry.
 */
export class ParentFollower {
	readonly #id: string;
	readonly #clock: Clock;
	readonly #streams: StreamTable;
	readonly #port: FollowerPort;
	#incarnation: string;
	/** The change the table shows; undefined before the first snapshot. */
	#seq: number | undefined;
	#snapshot: { readonly ticket: string; readonly pages: Snapshot } | undefined;
	#waiting: StreamEvent[] = [];
	#tickets = 0;
	#failures = 0;
	#timer: Cancel | undefined;

	constructor(parent: { id: string; incarnation: string }, streams: StreamTable, clock: Clock, port: FollowerPort) {
		this.#id = parent.id;
		this.#incarnation = parent.incarnation;
		this.#streams = streams;
		this.#clock = clock;
		this.#port = port;
		this.#ask("new");
	}

	/** The parent says how far it is; asks for a snapshot where the table is not that far. */
	heard(incarnation: string, seq: number, count: number): void {
		if (incarnation !== this.#incarnation || this.#timer) return;
		if (seq !== this.#seq || count !== this.#streams.of(this.#id).size) this.#gap();
		else {
			this.#failures = 0;
			this.#port.synced(true);
		}
	}

	/** The parent was started anew: nothing of its former run holds. */
	restarted(incarnation: string): void {
		this.drop("restart");
		this.#incarnation = incarnation;
		this.#seq = undefined;
		this.#waiting = [];
		this.#failures = 0;
		this.#ask("new");
	}

	/** The control plane is back: what waits to be asked is asked now, the rest is doubted until the parent speaks. */
	resume(): void {
		this.#failures = 0;
		if (this.#timer) this.#ask("retry");
		else this.#port.synced(false);
	}

	/** An addStream or removeStream of the parent. */
	event(event: StreamEvent): void {
		if (event.incarnation !== this.#incarnation) return;
		if (this.#seq === undefined || this.#timer) this.#keep(event);
		else if (event.seq === this.#seq + 1) this.#apply(event);
		else if (event.seq > this.#seq) {
			this.#keep(event);
			this.#gap();
		}
	}

	/** A page of the answer to the request with this ticket. Throws ProtocolError where it does not fit; then `refused` is next. */
	page(ticket: string, page: RegisterPage): void {
		if (ticket !== this.#snapshot?.ticket || page.node.incarnation !== this.#incarnation) return;
		const whole = this.#snapshot.pages.add(page);
		if (whole) this.#take(whole.seq, whole.streams);
		else this.#expectPage();
	}

	/** Nobody took the request, or its answer cannot be read. */
	refused(ticket: string): void {
		if (ticket === this.#snapshot?.ticket) this.#retryLater();
	}

	/** Removes all streams of the parent. */
	drop(reason: string): void {
		for (const key of [...this.#streams.of(this.#id).keys()]) this.#remove(key, reason);
	}

	/** Ends following: removes its streams and stops asking. */
	close(reason: string): void {
		this.#timer?.();
		this.#timer = undefined;
		this.#snapshot = undefined;
		this.drop(reason);
	}

	// A second gap before the parent confirmed the snapshot waits its turn: a peer that talks nonsense costs no flood.
	#gap(): void {
		if (this.#failures > 0) this.#retryLater();
		else {
			this.#failures = 1;
			this.#ask("gap");
		}
	}

	#ask(why: "new" | "gap" | "retry"): void {
		this.#snapshot = { ticket: `${++this.#tickets}`, pages: new Snapshot() };
		this.#expectPage();
		this.#port.synced(false);
		this.#port.register(this.#snapshot.ticket, why);
	}

	#expectPage(): void {
		this.#timer?.();
		const span = Math.min(REGISTER_TIMEOUT * 2 ** Math.min(this.#failures, 10), MAX_REGISTER_TIMEOUT);
		this.#timer = this.#clock.after(span, () => this.#retryLater());
	}

	#retryLater(): void {
		this.#timer?.();
		this.#snapshot = undefined;
		const wait = Math.min(RETRY_FIRST * 2 ** Math.min(this.#failures++, 10), RETRY_MOST);
		this.#timer = this.#clock.after(wait * (0.5 + this.#port.random() / 2), () => this.#ask("retry"));
	}

	#take(seq: number, streams: readonly StreamInfo[]): void {
		this.#timer?.();
		this.#timer = undefined;
		this.#snapshot = undefined;
		this.#seq = seq;
		const present = new Set(streams.map(({ key }) => key));
		for (const key of [...this.#streams.of(this.#id).keys()]) if (!present.has(key)) this.#remove(key, "resync");
		for (const stream of streams) this.#add(stream);
		this.#port.synced(true);
		for (const event of this.#waiting.splice(0)) this.event(event);
	}

	#keep(event: StreamEvent): void {
		if (this.#waiting.length < MAX_WAITING_EVENTS) this.#waiting.push(event);
	}

	#apply(event: StreamEvent): void {
		this.#seq = event.seq;
		if (event.type === "add") this.#add(event.stream);
		else this.#remove(event.key, event.reason);
	}

	#add(stream: StreamInfo): void {
		const known = this.#streams.of(this.#id);
		if (known.size >= MAX_STREAMS_PER_NODE && !known.has(stream.key)) this.#port.full();
		else if (this.#streams.set(this.#id, stream)) this.#port.added(stream);
	}

	#remove(key: StreamKey, reason: string): void {
		const stream = this.#streams.delete(this.#id, key);
		if (stream) this.#port.removed(stream, reason);
	}
}
