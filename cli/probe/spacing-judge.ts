import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { FINE, fingerprint, type TrackJudge, type Verdict } from "./verdict.ts";

/** Steps the usual one is taken from: about a second of either track. */
const MAX_STEPS = 48;
/** Before so many, nothing is usual. */
const MIN_STEPS = 8;
/** A step is a hole when it is this much longer than usual, plus the rounding of both ends to milliseconds. */
const HOLE = 1.5;
const ROUNDING_MS: Millis = 1;
/** A frame may come a second time as long after the first; beyond it is another that looks alike. */
const REPEAT_MS: Millis = 5_000;
/** More frames than any track has in that time. */
const MAX_RECENT = 5_000;

/** Judges a track by itself: frames come at even steps, and a payload comes once. */
export class SpacingJudge implements TrackJudge {
	readonly #steps: Millis[] = [];
	/** Fingerprints of late, oldest first. */
	readonly #recent = new Map<string, { time: Millis; now: Millis }>();
	#last: Millis | undefined;

	judge({ payload, time }: MediaPacket, now: Millis): Verdict {
		const print = fingerprint(payload);
		const before = this.#recent.get(print);
		this.#remember(print, time, now);
		if (before && before.time === time && now - before.now <= REPEAT_MS) return { lost: 0, isRepeated: true };
		const step = time - (this.#last ?? time);
		this.#last = time;
		if (step <= 0) return FINE;
		const usual = this.#usual();
		// A changed rate is the usual one soon: every step counts, holes too.
		this.#steps.push(step);
		if (this.#steps.length > MAX_STEPS) this.#steps.shift();
		if (usual === undefined || step <= usual * HOLE + ROUNDING_MS) return FINE;
		return { lost: Math.max(Math.round(step / usual) - 1, 0) };
	}

	#usual(): Millis | undefined {
		if (this.#steps.length < MIN_STEPS) return undefined;
		// The mean without the longest and shortest tells 33 and 34 ms, which take turns, apart better than a median does.
		const sorted = this.#steps.toSorted((a, b) => a - b);
		const middle = sorted.slice(sorted.length >> 2, sorted.length - (sorted.length >> 2));
		return middle.reduce((sum, step) => sum + step, 0) / middle.length;
	}

	#remember(print: string, time: Millis, now: Millis): void {
		this.#recent.delete(print);
		this.#recent.set(print, { time, now });
		for (const [oldest, seen] of this.#recent) {
			if (now - seen.now <= REPEAT_MS && this.#recent.size <= MAX_RECENT) return;
			this.#recent.delete(oldest);
		}
	}
}
