import type { Cancel, Clock, Millis } from "./clock.ts";

type Timer = { at: Millis; task: () => void };

/** A clock for tests: time passes only in `advance`, which runs what falls due, in order. */
export class ManualClock implements Clock {
	#now: Millis = 0;
	/** In the order in which they fall due: a test may set ten thousand. */
	readonly #timers: Timer[] = [];
	#soon: (() => void)[] = [];

	now(): Millis {
		return this.#now;
	}

	after(delay: Millis, task: () => void): Cancel {
		const timer = { at: this.#now + delay, task };
		this.#timers.splice(this.#timers.findLastIndex(({ at }) => at <= timer.at) + 1, 0, timer);
		return () => {
			const place = this.#timers.indexOf(timer);
			if (place >= 0) this.#timers.splice(place, 1);
		};
	}

	soon(task: () => void): void {
		this.#soon.push(task);
	}

	/** Runs everything asked for with `soon`, also what those tasks ask for. */
	settle(): void {
		for (let task = this.#soon.shift(); task; task = this.#soon.shift()) task();
	}

	/** Lets `span` pass; a timer set on the way fires on the way. */
	advance(span: Millis): void {
		const end = this.#now + span;
		this.settle();
		for (let [next] = this.#timers; next && next.at <= end; [next] = this.#timers) {
			this.#now = next.at;
			this.#timers.shift();
			next.task();
			this.settle();
		}
		this.#now = end;
	}

	/** How many timers are pending: a test's proof that nothing was left behind. */
	get pending(): number {
		return this.#timers.length;
	}
}
