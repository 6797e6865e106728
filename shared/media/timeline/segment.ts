import type { Millis } from "#shared/base/clock";
import type { MediaPacket, Ticks } from "#shared/formats/packet";
import { TICKS_PER_MS } from "./ticks.ts";

/**
 * Without a keyframe for so many times `segmentMs` a segment begins with a video frame that is none: whoever keeps segments
 * would otherwise hold one without end. Where no video comes at all any more, one begins with an audio frame a little later:
 * each track decides for itself, so that it does not matter how two feeds of one encoder mix their tracks.
 */
const MOST_LENGTHS = { video: 4, audio: 5 } as const;

/** A segment that has begun. */
export type Segment = {
	readonly number: number;
	readonly begin: Ticks;
	/** Time of its first packet. */
	readonly time: Millis;
	/** Its first packet is a video keyframe, or a frame of a stream without video. */
	readonly isIndependent: boolean;
};

/**
 * Whether a frame begins the next segment: the first one decoding can start at, `segmentMs` or more after the last begin.
 * A segment that began where decoding cannot start ends with the first keyframe. Only times and roles decide: all nodes
 * that see the same frames agree.
 */
export function beginsNext(frame: MediaPacket, startsGroup: boolean, segment: Segment, segmentMs: Millis): boolean {
	const age = frame.time - segment.time;
	if (startsGroup) return age >= segmentMs || (frame.role === "keyframe" && !segment.isIndependent);
	return frame.kind !== "data" && age >= segmentMs * MOST_LENGTHS[frame.kind];
}

/** UTC decode time of what stands at `time` on the segment's timeline. */
export const utcAt = (segment: Segment, time: Millis): Ticks =>
	segment.begin + Math.round((time - segment.time) * TICKS_PER_MS);
