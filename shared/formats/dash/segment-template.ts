import { initName } from "#shared/base/names";
import type { DashTrack } from "./track.ts";
import { element, type Xml } from "./xml.ts";

/** Of the timeline, whatever a track's own timescale is. */
const TIMESCALE = 90_000;

export type TemplateOptions = {
	/** Where the period begins, in ticks. */
	readonly start: number;
	readonly segmentMs: number;
	readonly partMs: number;
};

/**
 * The addresses and times of one track in one period (ISO/IEC 23009-1 §5.3.9). Segments are addressed by `$Number$`, which is
 * the number of HLS: both protocols ask for the same files. The timeline has the times, so lengths may differ.
 */
export function segmentTemplate({ kind, segments }: DashTrack, { start, segmentMs, partMs }: TemplateOptions): Xml {
	const [first] = segments;
	return element(
		"SegmentTemplate",
		{
			timescale: TIMESCALE,
			initialization: initName(kind, segments.at(-1)?.initId ?? ""),
			media: `${kind}-$Number$.m4s`,
			startNumber: first?.number ?? 0,
			presentationTimeOffset: start === 0 ? undefined : start,
			// The growing segment is in the timeline, and can be read from its first part on.
			availabilityTimeOffset: Math.max(0, segmentMs - partMs) / 1000,
			availabilityTimeComplete: false,
		},
		[element("SegmentTimeline", {}, runs(segments, segmentMs))],
	);
}

/** Segments of equal length behind one another are one element. */
function runs(segments: DashTrack["segments"], segmentMs: number): Xml[] {
	const list: { t: number; d: number; r: number }[] = [];
	for (const [at, segment] of segments.entries()) {
		const length = lengthOf(segments, at, segmentMs);
		const last = list.at(-1);
		const isNext = last && last.t + last.d * (last.r + 1) === segment.begin;
		if (isNext && last.d === length) last.r++;
		else list.push({ t: segment.begin, d: length, r: 0 });
	}
	return list.map(({ t, d, r }) => element("S", { t, d, r: r === 0 ? undefined : r }));
}

/** To the next one's begin. A segment that grows is taken to get as long as the one before. */
function lengthOf(segments: DashTrack["segments"], at: number, segmentMs: number): number {
	const [before, segment, after] = [segments[at - 1], segments[at], segments[at + 1]];
	if (!segment) return 0;
	if (after) return after.begin - segment.begin;
	if (segment.isWhole) return segment.duration;
	return Math.max(segment.duration, before ? segment.begin - before.begin : segmentMs * (TIMESCALE / 1000));
}
