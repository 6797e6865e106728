import type { Cancel, Clock, Millis } from "./clock.ts";

type Timer = { at: Millis; task: () => void };

/** A clock for tests: time passes only in `advance`, which runs what falls due, in order. */
export class ManualClock implements Clock {
	#now: Millis = 0;
	#timers: Timer[] = [];
	#soon: (() => void)[] = [];

	now(): Millis {
		return this.#now;
	}

	after(delay: Millis, task: () => void): Cancel {
		const timer = { at: this.#now + delay, task };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
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
		for (let next = this.#next(end); next; next = this.#next(end)) {
			this.#now = next.at;
			this.#timers.splice(this.#timers.indexOf(next), 1);
			next.task();
			this.settle();
		}
		this.#now = end;
	}

	/** How many timers are pending: a test's proof that nothing was left behind. */
	get pending(): number {
		return this.#timers.length;
	}

	#next(end: Millis): Timer | undefined {
		return this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
	}
}
