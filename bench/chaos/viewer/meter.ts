import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";

/** The longest waits of one span of watching, in milliseconds. */
export type Reading = {
	/** Wall time between two frames. */
	readonly stallMs: Millis;
	/** When that wait began. */
	readonly stallAt: Millis;
	/** Media time between two frames of one track. */
	readonly jumpMs: Millis;
};

/** Measures waits; a wait belongs to the span in which it ends. */
export class Meter {
	#stallMs: Millis = 0;
	#stallAt: Millis = 0;
	#jumpMs: Millis = 0;
	#lastAt: Millis | undefined;
	readonly #lastTimes = new Map<string, Millis>();

	/** When the last frame came; undefined before the first. */
	get lastAt(): Millis | undefined {
		return this.#lastAt;
	}

	/** Takes a coded frame as it arrives. */
	frame({ kind, time }: MediaPacket, now: Millis): void {
		this.#wait(now);
		this.#jumpMs = Math.max(this.#jumpMs, time - (this.#lastTimes.get(kind) ?? time));
		this.#lastAt = now;
		this.#lastTimes.set(kind, time);
	}

	/** What was measured since the last call; the wait under way counts where `now` is given, and else goes on. */
	take(now?: Millis): Reading {
		if (now !== undefined) this.#wait(now);
		const reading = { stallMs: this.#stallMs, stallAt: this.#stallAt, jumpMs: this.#jumpMs };
		this.#stallMs = 0;
		this.#jumpMs = 0;
		return reading;
	}

	#wait(until: Millis): void {
		const since = this.#lastAt ?? until;
		if (until - since <= this.#stallMs) return;
		this.#stallMs = until - since;
		this.#stallAt = since;
	}
}
