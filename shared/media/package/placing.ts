import type { Millis } from "#shared/base/clock";
import type { Frame } from "./frame.ts";
import { PATIENCE_MS } from "./horizon.ts";
import type { Ladder, Rung } from "./ladder.ts";
import { TICKS_PER_MS, toUnits, unitsOf } from "./units.ts";

/** Before two pictures are known; a picture lasts until the next one. */
const FIRST_PICTURE_MS: Millis = 40;
/** Between the last frame of a segment and the next segment: longer is a hole and not a frame. */
const MAX_STRETCH_MS: Millis = 10_000;

/** Where time on the stream's own clock lies in a segment, in a track's timescale since 1970. */
export const anchored = ({ mark, time: begin }: Rung, time: Millis, timescale: number): number =>
	toUnits(mark.begin + Math.round((time - begin) * TICKS_PER_MS), timescale);

/**
 * Gives frames of one track their place. Times come in milliseconds, audio is counted in samples: within a segment one audio
 * frame follows the other without a gap as long as the times agree within half a frame, and the last one lasts until the next
 * segment's first. Only marks and frames of the segment, and the first one behind it, are looked at: all nodes agree.
 */
export class Placing {
	readonly #ladder: Ladder;
	/** How long the last frame was. */
	#usual: number | undefined;

	constructor(ladder: Ladder) {
		this.#ladder = ladder;
	}

	/** Sets where the frame lies and how long it is, and where the next one lies if it is in the same segment. */
	place(frame: Frame, rung: Rung, next: Frame | undefined): void {
		const { timescale } = frame.init;
		frame.position ??= anchored(rung, frame.time, timescale);
		const follower = next && next.init === frame.init && next.time - frame.time <= PATIENCE_MS ? next : undefined;
		const nextRung = follower && this.#ladder.at(follower.time);
		if (!follower || !nextRung) frame.duration = this.#usualOf(frame);
		else if (nextRung === rung) {
			follower.position = this.#behind(frame, frame.position, anchored(rung, follower.time, timescale));
			frame.duration = follower.position - frame.position;
		} else {
			const span = anchored(nextRung, follower.time, timescale) - frame.position;
			const isStretch = !nextRung.mark.discontinuity && span > 0 && span <= unitsOf(MAX_STRETCH_MS, timescale);
			frame.duration = isStretch ? span : this.#usualOf(frame);
		}
		this.#usual = frame.duration;
	}

	/** What is known of frames no longer holds. */
	forget(): void {
		this.#usual = undefined;
	}

	#behind({ nominal }: Frame, position: number, told: number): number {
		const onGrid = position + nominal;
		return nominal > 0 && Math.abs(told - onGrid) <= nominal / 2 ? onGrid : Math.max(told, position + 1);
	}

	#usualOf({ nominal, init }: Frame): number {
		return nominal || (this.#usual ?? unitsOf(FIRST_PICTURE_MS, init.timescale));
	}
}
