import type { Ticks } from "#shared/formats/packet";
import type { DashSegment, DashTrack } from "./track.ts";

/** A stretch of a stream with one timeline and one init segment per track. */
export type DashPeriod = {
	/** The count of discontinuities it begins with, the same at every node; behind a gap in the numbers with that of its first segment. */
	readonly id: string;
	/** Where it begins, UTC; 0 where that was before anybody looked. */
	readonly start: Ticks;
	readonly tracks: readonly DashTrack[];
};

/** Where a period begins, and the discontinuities up to there. */
type Break = { readonly id: string; readonly number: number; readonly start: Ticks; readonly count: number };

/**
 * The periods of one stream over its life: `update` is to be told of every change. A period keeps its name and its start also
 * when the segment it began with is gone.
 */
export class DashPeriods {
	#known: Break[] = [];
	#last = -1;

	/** Takes the stream as it is now, and tells its periods, oldest first. */
	update(tracks: readonly DashTrack[]): readonly DashPeriod[] {
		if (tracks.length === 0) return [];
		const numbers = tracks.flatMap(({ segments }) => segments.map(({ number }) => number));
		const oldest = Math.min(...numbers);
		if (this.#last < 0) {
			const count = countUpTo(tracks, oldest);
			this.#known = [{ id: `${count}`, number: 0, start: 0, count }];
		}
		this.#known.push(...this.#breaks(tracks));
		this.#last = Math.max(this.#last, ...numbers);
		const current = this.#known.findLastIndex(({ number }) => number <= oldest);
		this.#known = this.#known.slice(Math.max(0, current));
		return this.#known
			.map(({ id, number, start }, at) => {
				const end = this.#known[at + 1]?.number ?? Number.POSITIVE_INFINITY;
				return { id, start, tracks: tracks.flatMap((track) => within(track, number, end)) };
			})
			.filter((period) => period.tracks.length > 0);
	}

	/** Segments seen for the first time that do not go on as the one before, in any track. */
	#breaks(tracks: readonly DashTrack[]): Break[] {
		const found = new Map<number, Break>();
		for (const { segments } of tracks) {
			for (const [at, segment] of segments.entries()) {
				const { number, begin, discontinuities } = segment;
				if (number <= this.#last) continue;
				const before = segments[at - 1];
				const rises = discontinuities > this.#countBefore(number, before, tracks);
				if (!rises && goesOn(before, segment)) continue;
				const count = countUpTo(tracks, number);
				const other = found.get(number);
				const id = rises ? `${count}` : (other?.id ?? `${count}-${number}`);
				found.set(number, { id, number, count, start: Math.min(begin, other?.start ?? begin) });
			}
		}
		return [...found.values()].sort((a, b) => a.number - b.number);
	}

	/** Of a track that has nothing before, the other tracks and what was there tell. */
	#countBefore(number: number, before: DashSegment | undefined, tracks: readonly DashTrack[]): number {
		return before?.discontinuities ?? Math.max(this.#known.at(-1)?.count ?? 0, countUpTo(tracks, number - 1));
	}
}

/** Whether a segment can be in one period with the one before. */
const goesOn = (before: DashSegment | undefined, { number, initId }: DashSegment): boolean =>
	!before || (before.number === number - 1 && before.initId === initId);

/** The most discontinuities a track has counted up to the segment of this number. */
const countUpTo = (tracks: readonly DashTrack[], number: number): number =>
	Math.max(0, ...tracks.map(({ segments }) => segments.findLast((one) => one.number <= number)?.discontinuities ?? 0));

/** The part of a track from one number up to another; none where it has nothing there. */
function within(track: DashTrack, from: number, to: number): DashTrack[] {
	const segments = track.segments.filter(({ number, duration }) => number >= from && number < to && duration > 0);
	return segments.length === 0 ? [] : [{ ...track, segments }];
}
