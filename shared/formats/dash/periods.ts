import type { Ticks } from "#shared/formats/packet";
import type { DashTrack } from "./track.ts";

/** A stretch of a stream with one timeline and one init segment per track. */
export type DashPeriod = {
	readonly id: string;
	/** Where it begins, UTC; 0 where that was before anybody looked. */
	readonly start: Ticks;
	readonly tracks: readonly DashTrack[];
};

/**
 * The periods of one stream over its life: `update` is to be told of every change. A period keeps its name and its start also
 * when the segment it began with is gone.
 */
export class DashPeriods {
	#known: { readonly number: number; readonly start: Ticks }[] = [{ number: 0, start: 0 }];
	#last = -1;

	/** Takes the stream as it is now, and tells its periods, oldest first. */
	update(tracks: readonly DashTrack[]): readonly DashPeriod[] {
		if (tracks.length === 0) return [];
		for (const { number, begin } of this.#breaks(tracks)) this.#known.push({ number, start: begin });
		const numbers = tracks.flatMap(({ segments }) => segments.map(({ number }) => number));
		const oldest = Math.min(...numbers);
		this.#last = Math.max(this.#last, ...numbers);
		const current = this.#known.findLastIndex(({ number }) => number <= oldest);
		this.#known = this.#known.slice(Math.max(0, current));
		return this.#known
			.map(({ number, start }, at) => {
				const end = this.#known[at + 1]?.number ?? Number.POSITIVE_INFINITY;
				return { id: `${number}`, start, tracks: tracks.flatMap((track) => within(track, number, end)) };
			})
			.filter((period) => period.tracks.length > 0);
	}

	/** Segments seen for the first time that do not go on as the one before, in any track. */
	#breaks(tracks: readonly DashTrack[]) {
		const found = new Map<number, Ticks>();
		for (const { segments } of tracks) {
			for (const [at, { number, begin, discontinuity, initId }] of segments.entries()) {
				const before = segments[at - 1];
				const goesOn = !before || (before.number === number - 1 && before.initId === initId);
				if (number <= this.#last || (goesOn && !discontinuity) || this.#isFirst(number, tracks)) continue;
				found.set(number, Math.min(begin, found.get(number) ?? begin));
			}
		}
		return [...found].map(([number, begin]) => ({ number, begin })).sort((a, b) => a.number - b.number);
	}

	/** The very first segment begins a period whatever it says. */
	#isFirst(number: number, tracks: readonly DashTrack[]): boolean {
		return this.#last < 0 && tracks.every(({ segments: [first] }) => !first || first.number >= number);
	}
}

/** The part of a track from one number up to another; none where it has nothing there. */
function within(track: DashTrack, from: number, to: number): DashTrack[] {
	const segments = track.segments.filter(({ number, duration }) => number >= from && number < to && duration > 0);
	return segments.length === 0 ? [] : [{ ...track, segments }];
}
