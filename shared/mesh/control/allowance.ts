import type { Clock, Millis } from "#shared/base/clock";

/** Allows an amount at once, and the same amount again each second. */
export class Allowance {
	readonly #clock: Clock;
	readonly #perSecond: number;
	#left: number;
	#at: Millis;

	constructor(clock: Clock, perSecond: number) {
		this.#clock = clock;
		this.#perSecond = perSecond;
		this.#left = perSecond;
		this.#at = clock.now();
	}

	/** Takes `amount` if anything is left. An overdraft is paid back later. */
	take(amount: number): boolean {
		const now = this.#clock.now();
		this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
		this.#at = now;
		if (this.#left <= 0) return false;
		this.#left -= amount;
		return true;
	}
}
