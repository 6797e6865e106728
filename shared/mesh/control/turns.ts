import type { Cancel, Clock, Millis } from "#shared/base/clock";

/** Work at a stretch: what else this process does, media above all, waits no longer than this and one step. */
const SLICE: Millis = 4;
/** Bytes of messages that wait, of all senders: a second of what one process works off. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Past it only senders with little waiting are heard, so that a noisy one does not silence the others, */
const LITTLE_BYTES = 16 * 1024;
/** and these up to here: ids are free to invent. */
const MAX_BYTES_OF_ALL = 32 * 1024 * 1024;
/** What a waiting message takes besides its bytes. */
const ENTRY_BYTES = 256;

/** What is done for a message: at once, or in steps of well under a millisecond. */
export type Work = () => Iterator<void> | void;

/** Runs a step of the work that is called so, and keeps what it throws. */
export type Guard = <T>(what: string, step: () => T) => T | undefined;

type Waiting = {
	readonly works: { readonly bytes: number; readonly what: string; readonly work: Work }[];
	bytes: number;
	/** The first of them, once it has begun. */
	begun: Iterator<void> | undefined;
};

/**
 * Works off messages in slices that take at most half of this process's time. Each sender's own go in order; senders take turns.
 * Nothing waits where there is little to do: it is done in `add`.
 */
export class Turns {
	readonly #clock: Clock;
	readonly #guard: Guard;
	/** In the order of turns. */
	readonly #waiting = new Map<string, Waiting>();
	#bytes = 0;
	#openedAt: Millis = Number.NEGATIVE_INFINITY;
	#used: Millis = 0;
	#isWorking = false;
	#isClosed = false;
	#rest: Cancel | undefined;

	constructor(clock: Clock, guard: Guard) {
		this.#clock = clock;
		this.#guard = guard;
	}

	/** Takes the work of one message, called `what`; false where too much waits already, and it is not done. */
	add(sender: string, bytes: number, what: string, work: Work): boolean {
		const waiting = this.#waiting.get(sender) ?? { works: [], bytes: 0, begun: undefined };
		const cost = bytes + ENTRY_BYTES;
		const bound = waiting.bytes < LITTLE_BYTES ? MAX_BYTES_OF_ALL : MAX_BYTES;
		if (this.#isClosed || this.#bytes + cost > bound) return false;
		waiting.works.push({ bytes: cost, what, work });
		waiting.bytes += cost;
		this.#bytes += cost;
		this.#waiting.set(sender, waiting);
		if (!this.#rest && !this.#isWorking) this.#run();
		return true;
	}

	/** Whether something of this sender waits, or is not done yet. */
	isBehind(sender: string): boolean {
		return this.#waiting.has(sender);
	}

	/** Forgets what waits and takes nothing more. */
	close(): void {
		this.#isClosed = true;
		this.#rest?.();
		this.#waiting.clear();
	}

	#run(): void {
		let from = this.#clock.now();
		if (from - this.#openedAt >= 2 * SLICE) this.#open(from);
		this.#isWorking = true;
		while (this.#used < SLICE) {
			const [next] = this.#waiting;
			if (!next) break;
			this.#step(...next);
			const at = this.#clock.now();
			this.#used += at - from;
			from = at;
		}
		this.#isWorking = false;
		// As long as the work took, however long its last step was.
		if (this.#waiting.size > 0) this.#rest = this.#clock.after(this.#used, () => this.#rested());
	}

	#rested(): void {
		this.#rest = undefined;
		this.#open(this.#clock.now());
		this.#run();
	}

	#open(now: Millis): void {
		this.#openedAt = now;
		this.#used = 0;
	}

	#step(sender: string, waiting: Waiting): void {
		const [first] = waiting.works;
		const begun = waiting.begun ?? (first && this.#guard(first.what, first.work)) ?? undefined;
		const isDone = !first || !begun || this.#guard(first.what, () => begun.next().done) !== false;
		waiting.begun = isDone ? undefined : begun;
		if (isDone) this.#drop(waiting);
		this.#waiting.delete(sender);
		// To the end of the line.
		if (waiting.works.length > 0 && !this.#isClosed) this.#waiting.set(sender, waiting);
	}

	#drop(waiting: Waiting): void {
		const bytes = waiting.works.shift()?.bytes ?? 0;
		waiting.bytes -= bytes;
		this.#bytes -= bytes;
	}
}
