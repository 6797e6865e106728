import type { Millis } from "#shared/base/clock";
import type { Ticks } from "#shared/formats/packet";

/** Keyframes of four minutes, or sound of five seconds. */
const MAX_STARTS = 256;

/** A frame segments may begin with, as two nodes know it from each other's. */
export type Start = {
	readonly fingerprint: number;
	readonly time: Millis;
	/** When it came, UTC. */
	readonly cameAt: Ticks;
};

/** The newest frames of a stream that segments may begin with, oldest first. */
export class Starts {
	#all: Start[] = [];

	get all(): readonly Start[] {
		return this.#all;
	}

	add(start: Start): void {
		this.#all.push(start);
		if (this.#all.length > 2 * MAX_STARTS) this.#all = this.#all.slice(-MAX_STARTS);
	}

	/** What came so far is on another timeline. */
	forget(): void {
		this.#all = [];
	}
}
