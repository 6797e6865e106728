import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { FINE, fingerprint, type TrackJudge, type Verdict } from "./verdict.ts";

/** A step forward by more of a looped source than this is more likely a step back. */
const FAR = 3 / 4;
/** A frame may come this much sooner than the time since the last one says: what lay queued on the way. */
const HASTE_MS: Millis = 500;

/**
 * Judges a track by the looped file it was published from: each frame has its place there, whatever timestamps it bears.
 * A gap of whole loops shows only where the timestamps show it.
 */
export class SourceJudge implements TrackJudge {
	readonly #places = new Map<string, number[]>();
	readonly #frames: number;
	readonly #loopMs: Millis;
	#at: { place: number; time: Millis; now: Millis } | undefined;

	/** Takes the track's coded frames in source order. */
	constructor(source: readonly MediaPacket[]) {
		this.#frames = source.length;
		const span = (source.at(-1)?.time ?? 0) - (source[0]?.time ?? 0);
		this.#loopMs = (span * source.length) / Math.max(source.length - 1, 1);
		for (const [place, { payload }] of source.entries()) {
			const print = fingerprint(payload);
			this.#places.set(print, [...(this.#places.get(print) ?? []), place]);
		}
	}

	judge({ payload, time }: MediaPacket, now: Millis): Verdict {
		const places = this.#places.get(fingerprint(payload));
		const [first] = places ?? [];
		if (!places || first === undefined) return { lost: 0, isUnknown: true };
		if (!this.#at) {
			this.#at = { place: first, time, now };
			return FINE;
		}
		const step = this.#step(places, this.#at.place);
		const ahead = (step / this.#frames) * this.#loopMs;
		const passed = { media: time - this.#at.time, wall: now - this.#at.now };
		if (step > this.#frames * FAR && Math.max(passed.media, passed.wall) + HASTE_MS < ahead) {
			return { lost: 0, isRepeated: true };
		}
		const loops = this.#loopMs > 0 ? Math.max(Math.round((passed.media - ahead) / this.#loopMs), 0) : 0;
		this.#at = { place: (this.#at.place + step) % this.#frames, time, now };
		return { lost: step - 1 + loops * this.#frames };
	}

	/** The way forward to the nearest of these places, 1 to a whole loop; of frames that look alike, the expected one counts first. */
	#step(places: readonly number[], at: number): number {
		const steps = places.map((place) => (place - at + this.#frames) % this.#frames || this.#frames);
		const isSameAgain = steps.includes(this.#frames);
		return steps.includes(1) || !isSameAgain ? Math.min(...steps) : this.#frames;
	}
}
