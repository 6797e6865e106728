import type { Cancel, Clock, Millis } from "#shared/base/clock";

/** Work at a stretch. Other work of this process, above all media, waits no longer than this and one step. */
const SLICE: Millis = 4;
/** Bytes of waiting messages of all senders: as much as one process handles in a second. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Past that bound only senders with fewer waiting bytes than this are heard, so that a noisy sender does not silence the others. */
const LITTLE_BYTES = 16 * 1024;
/** The bound for them. It is needed because a peer can invent ids. */
const MAX_BYTES_OF_ALL = 32 * 1024 * 1024;
/** The memory of a waiting message without its bytes. */
const ENTRY_BYTES = 256;

/** The work for a message: done at once, or in steps of well under a millisecond. */
export type Work = () => Iterator<void> | void;

/** Runs a step of the work with this name. It catches what the step throws. */
export type Guard = <T>(what: string, step: () => T) => T | undefined;

type Waiting = {
	readonly works: { readonly bytes: number; readonly what: string; readonly work: Work }[];
	bytes: number;
	/** The first work, if it has begun. */
	begun: Iterator<void> | undefined;
};

/**
 * Handles messages in slices that take at most half of this process's time. Messages of one sender stay in order. Senders take turns.
 * If there is little to do, nothing waits: the work is done in `add`.
 */
export class Turns {
	readonly #clock: Clock;
	readonly #guard: Guard;
	/** Senders in the order of their turns. */
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

	/** Takes the work of one message, named `what`. False: too much waits already, and the work is not done. */
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

	/** Whether work of this sender waits or is unfinished. */
	isBehind(sender: string): boolean {
		return this.#waiting.has(sender);
	}

	/** Drops all waiting work and takes no more. */
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
		// The rest is as long as the work, also if the last step was long.
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
		// The sender goes to the end of the line.
		if (waiting.works.length > 0 && !this.#isClosed) this.#waiting.set(sender, waiting);
	}

	#drop(waiting: Waiting): void {
		const bytes = waiting.works.shift()?.bytes ?? 0;
		waiting.bytes -= bytes;
		this.#bytes -= bytes;
	}
}
