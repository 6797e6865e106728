import type { Millis } from "#shared/base/clock";
import type { SegmentMark } from "#shared/formats/packet";

/** A segment's begin on the stream's own time. */
export type Rung = { readonly mark: SegmentMark; readonly time: Millis };

/** Marks come one in a segment and are forgotten when all tracks have passed them; more are a mistake of whoever made them. */
const MAX_RUNGS = 256;

/** The begins of segments that frames may still belong to, in order. */
export class Ladder {
	#rungs: Rung[] = [];

	get newest(): Rung | undefined {
		return this.#rungs.at(-1);
	}

	add(rung: Rung): void {
		this.#rungs.push(rung);
		if (this.#rungs.length > MAX_RUNGS) this.#rungs.shift();
	}

	/** The segment in whose span this time lies; undefined before the first one known. */
	at(time: Millis): Rung | undefined {
		return this.#rungs.findLast((rung) => rung.time <= time);
	}

	/** The begin of the segment of that number. */
	numbered(number: number): Rung | undefined {
		return this.#rungs.find(({ mark }) => mark.number === number);
	}

	/** Forgets segments that end before this time. */
	forgetBefore(time: Millis): void {
		const last = this.#rungs.findLastIndex((rung) => rung.time <= time);
		if (last > 0) this.#rungs.splice(0, last);
	}

	/** Forgets the first. */
	shift(): void {
		this.#rungs.shift();
	}

	clear(): void {
		this.#rungs = [];
	}
}
