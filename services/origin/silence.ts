import type { Cancel, Clock, Millis } from "#shared/base/clock";

/** A timer that comes later than this was held up with all else in this process: frames may lie unread in the socket. */
const HELD_UP_MS: Millis = 20;
/** What lies there is read within this part of the time allowed. */
const READ_SHARE = 5;

/** Tells once when no frame has come for too long, and again after the next one. One timer, whatever the number of frames. */
export class Silence {
	readonly #clock: Clock;
	readonly #mostMs: Millis;
	readonly #onSilent: () => void;
	#lastAt: Millis = 0;
	#cancel: Cancel | undefined;

	constructor(clock: Clock, mostMs: Millis, onSilent: () => void) {
		this.#clock = clock;
		this.#mostMs = mostMs;
		this.#onSilent = onSilent;
	}

	/** A frame came. */
	break(): void {
		this.#lastAt = this.#clock.now();
		if (!this.#cancel) this.#checkIn(this.#mostMs);
	}

	/** Nothing is told any more until the next frame. */
	stop(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}

	#checkIn(span: Millis): void {
		const due = this.#clock.now() + span;
		this.#cancel = this.#clock.after(span, () => this.#check(due));
	}

	#check(due: Millis): void {
		const now = this.#clock.now();
		const left = this.#lastAt + this.#mostMs - now;
		if (left > 0) this.#checkIn(left);
		else if (now - due > HELD_UP_MS) this.#checkIn(this.#mostMs / READ_SHARE);
		else {
			this.#cancel = undefined;
			this.#onSilent();
		}
	}
}
