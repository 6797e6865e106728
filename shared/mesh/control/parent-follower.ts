import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import {
	type AddStream,
	MAX_STREAMS_PER_NODE,
	type RegisterPage,
	type RemoveStream,
	type StreamInfo,
} from "./messages.ts";
import { Snapshot } from "./snapshot.ts";
import type { StreamTable } from "./stream-table.ts";

/** A healthy parent answers within 100 ms, so a page that is not here after this time is lost. The time doubles with every failure, */
const REGISTER_TIMEOUT: Millis = 1_000;
/** up to this, so that a slow path or a busy machine is not asked again while it still works on the last answer. */
const MAX_REGISTER_TIMEOUT: Millis = 8_000;
/** The pause before the next request. It doubles from the first value to the second, with jitter so that a tier does not ask in step. */
const RETRY_FIRST: Millis = 250;
const RETRY_MOST: Millis = 5_000;
/** If the table fitted the parent for this long after a snapshot, a gap is asked for at once. After a shorter time the request waits. */
const TRUSTED_AFTER: Millis = 1_000;
/** If streams of a parent found no room, the parent is asked again after this time at the earliest, and only if there is room then. */
const PARTIAL_RETRY: Millis = 30_000;
/** Events kept while a snapshot is on its way. Further events are dropped, show as a gap and are asked for again. */
const MAX_WAITING_EVENTS = 4_096;
/** Streams added or removed in one step: some tenths of a millisecond. */
const STEP_STREAMS = 32;

/** One change of a parent's list. */
export type StreamEvent = (AddStream & { readonly type: "add" }) | (RemoveStream & { readonly type: "remove" });

/** What a follower needs from its owner. */
export type FollowerPort = {
	/** Sends `register`, now or later, and then calls `sent`. The pages come back through `page` with this ticket. */
	readonly register: (ticket: string, why: "new" | "gap" | "retry", sent: () => void) => void;
	/** The request was answered or given up. */
	readonly registered: () => void;
	/** Whether messages of the parent wait here for their turn. */
	readonly isBehind: () => boolean;
	readonly added: (stream: StreamInfo) => void;
	readonly removed: (stream: StreamInfo, reason: string) => void;
	/** Says whether the table shows the parent's streams, as far as there is room. Called repeatedly. */
	readonly synced: (synced: boolean) => void;
	/** Makes room in the table at the cost of other parents; false if this parent already has its share. */
	readonly makeRoom: () => boolean;
	/** A stream was left out because there was no room. */
	readonly full: () => void;
	/** Counts the events of all parents that wait for snapshots; false if there are too many. */
	readonly keep: (more: number) => boolean;
	readonly random: () => number;
};

/**
 * Keeps one parent's streams in step with the parent: snapshot first, then its events in order of `seq`.
 * After a gap, or a sign of life that does not fit, it fetches the snapshot again. It is the only owner of that retry.
 * Long work is a generator. It is run step by step, and to its end before the parent's next message.
 */
export class ParentFollower {
	readonly #id: string;
	readonly #clock: Clock;
	readonly #streams: StreamTable;
	readonly #port: FollowerPort;
	#incarnation: string;
	/** The `seq` that the table shows; undefined before the first snapshot. */
	#seq: number | undefined;
	#snapshot: Snapshot | undefined;
	#waiting: StreamEvent[] = [];
	#tickets = 0;
	#failures = 0;
	#askedAt: Millis = 0;
	/** When streams were last left out of the table. */
	#partialAt: Millis | undefined;
	/** Cancels the wait for a page or for the next try. */
	#timer: Cancel | undefined;

	constructor(parent: { id: string; incarnation: string }, streams: StreamTable, clock: Clock, port: FollowerPort) {
		this.#id = parent.id;
		this.#incarnation = parent.incarnation;
		this.#streams = streams;
		this.#clock = clock;
		this.#port = port;
		this.#ask("new");
	}

	/** The parent tells its `seq`. If the table is behind, a snapshot is requested. */
	heard(incarnation: string, seq: number, count: number): void {
		if (incarnation !== this.#incarnation || this.#isAsking) return;
		if (seq !== this.#seq || !this.#isComplete(count)) {
			this.#gap();
			return;
		}
		if (this.#clock.now() - this.#askedAt >= TRUSTED_AFTER) this.#failures = 0;
		this.#port.synced(true);
	}

	/** The parent has restarted. Nothing of its former run is valid. */
	*restarted(incarnation: string): Generator<undefined, void> {
		this.#stopAsking();
		this.#forgetWaiting();
		yield* this.#drop("restart");
		this.#incarnation = incarnation;
		this.#seq = undefined;
		this.#failures = 0;
		this.#ask("new");
	}

	/** The control plane is back. Waiting requests are sent now. Other tables are uncertain until the parent's next sign of life. */
	resume(): void {
		this.#failures = 0;
		if (this.#isAsking) this.#ask("retry");
		else this.#port.synced(false);
	}

	/** An addStream or removeStream of the parent. */
	event(event: StreamEvent): void {
		if (event.incarnation !== this.#incarnation) return;
		if (this.#seq === undefined || this.#isAsking) this.#keep(event);
		else if (event.seq === this.#seq + 1) this.#apply(event);
		else if (event.seq > this.#seq) {
			this.#keep(event);
			this.#gap();
		}
	}

	/** Whether an answer with this ticket is expected. */
	expects(ticket: string): boolean {
		return ticket === this.#snapshot?.ticket;
	}

	/** A page of the answer with this ticket. Throws ProtocolError if it does not fit. Then call `refused`. */
	*page(ticket: string, page: RegisterPage): Generator<undefined, void> {
		const snapshot = this.#snapshot;
		if (ticket !== snapshot?.ticket || page.node.incarnation !== this.#incarnation || !snapshot.note(page)) return;
		this.#expectPage();
		for (const [at, stream] of page.streams.entries()) {
			if (this.#add(stream)) snapshot.present.add(stream.key);
			if (at % STEP_STREAMS === STEP_STREAMS - 1) yield;
		}
		const seq = snapshot.whole;
		if (seq !== undefined && snapshot === this.#snapshot) yield* this.#end(snapshot, seq);
	}

	/** Nobody received the request, or its answer cannot be read. */
	refused(ticket: string): void {
		if (this.expects(ticket)) this.#retryLater();
	}

	/** Other parents need the room. Leaves out some streams. */
	cut(count: number): void {
		this.#partialAt = this.#clock.now();
		for (const key of this.#streams.of(this.#id).keys()) {
			if (count-- <= 0) return;
			this.#remove(key, "full");
		}
	}

	/** Ends following: stops asking and removes its streams. */
	*close(reason: string): Generator<undefined, void> {
		this.#stopAsking();
		this.#forgetWaiting();
		yield* this.#drop(reason);
	}

	get #isAsking(): boolean {
		return this.#snapshot !== undefined || this.#timer !== undefined;
	}

	#isComplete(count: number): boolean {
		if (count === this.#streams.of(this.#id).size) return true;
		if (this.#partialAt === undefined) return false;
		return this.#clock.now() - this.#partialAt < PARTIAL_RETRY || !this.#streams.hasRoom();
	}

	// A second gap before the parent confirmed the snapshot has to wait, so that a broken peer does not cause a flood of requests.
	#gap(): void {
		if (this.#failures > 0) this.#retryLater();
		else {
			this.#failures = 1;
			this.#ask("gap");
		}
	}

	#ask(why: "new" | "gap" | "retry"): void {
		this.#timer?.();
		this.#timer = undefined;
		this.#partialAt = undefined;
		this.#askedAt = this.#clock.now();
		const snapshot = new Snapshot(`${++this.#tickets}`, this.#clock);
		this.#snapshot = snapshot;
		this.#port.synced(false);
		this.#port.register(snapshot.ticket, why, () => {
			snapshot.sent();
			this.#expectPage();
		});
	}

	#expectPage(): void {
		this.#timer?.();
		const span = Math.min(REGISTER_TIMEOUT * 2 ** Math.min(this.#failures, 10), MAX_REGISTER_TIMEOUT);
		// A page that already waits here for its turn is not late.
		this.#timer = this.#clock.after(span, () => (this.#port.isBehind() ? this.#expectPage() : this.#retryLater()));
	}

	#stopAsking(): void {
		this.#timer?.();
		this.#timer = undefined;
		this.#snapshot = undefined;
		this.#port.registered();
	}

	#retryLater(): void {
		this.#stopAsking();
		const wait = Math.min(RETRY_FIRST * 2 ** Math.min(this.#failures++, 10), RETRY_MOST);
		this.#timer = this.#clock.after(wait * (0.5 + this.#port.random() / 2), () => this.#ask("retry"));
	}

	*#end({ present }: Snapshot, seq: number): Generator<undefined, void> {
		this.#stopAsking();
		this.#seq = seq;
		yield* this.#removeAll((key) => !present.has(key), "resync");
		this.#port.synced(true);
		for (const event of this.#forgetWaiting()) {
			this.event(event);
			yield;
		}
	}

	#keep(event: StreamEvent): void {
		if (this.#waiting.length < MAX_WAITING_EVENTS && this.#port.keep(1)) this.#waiting.push(event);
	}

	#forgetWaiting(): StreamEvent[] {
		this.#port.keep(-this.#waiting.length);
		return this.#waiting.splice(0);
	}

	#apply(event: StreamEvent): void {
		this.#seq = event.seq;
		if (event.type === "add") this.#add(event.stream);
		else this.#remove(event.key, event.reason);
	}

	/** False if there is no room. */
	#add(stream: StreamInfo): boolean {
		const known = this.#streams.of(this.#id);
		const isOneMore = known.size >= MAX_STREAMS_PER_NODE && !known.has(stream.key);
		while (!isOneMore) {
			const result = this.#streams.set(this.#id, stream);
			if (result === "set") this.#port.added(stream);
			if (result !== "full") return true;
			if (!this.#port.makeRoom()) break;
		}
		this.#partialAt = this.#clock.now();
		this.#port.full();
		return false;
	}

	*#drop(reason: string): Generator<undefined, void> {
		yield* this.#removeAll(() => true, reason);
	}

	*#removeAll(isIt: (key: StreamKey) => boolean, reason: string): Generator<undefined, void> {
		let left = STEP_STREAMS;
		for (const key of [...this.#streams.of(this.#id).keys()]) {
			if (isIt(key)) this.#remove(key, reason);
			if (--left > 0) continue;
			left = STEP_STREAMS;
			yield;
		}
	}

	#remove(key: StreamKey, reason: string): void {
		const stream = this.#streams.delete(this.#id, key);
		if (stream) this.#port.removed(stream, reason);
	}
}
