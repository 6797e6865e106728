import type { SegmentMark, Ticks } from "#shared/formats/packet";
import type { Segment } from "./segment.ts";
import type { Start } from "./starts.ts";
import { TICKS_PER_MS } from "./ticks.ts";

/** Two nodes get a frame of one encoder within this; their calendars may be apart by as much. */
const MOST_APART: Ticks = 10_000 * TICKS_PER_MS;

export type ToldSegment = Pick<SegmentMark, "number" | "begin" | "discontinuities">;

/** What a node tells another of a stream's timeline. */
export type TimelineAccount = {
	readonly segmentMs: number;
	/** Its newest segments, oldest first. */
	readonly segments: readonly ToldSegment[];
	/** Its newest frames that segments may begin with, oldest first, and when they are decoded. */
	readonly starts: readonly { readonly fingerprint: number; readonly at: Ticks }[];
};

/** How many of each are told. */
export const TOLD = { segments: 16, starts: 32 } as const;

/** A frame both have: when it is decoded by the other's account, and where it stands here. */
export type Meeting = { readonly at: Ticks; readonly time: number };

/**
 * The frame by which another node's account is recognised as one of the same encoder; undefined where there is none. Of
 * frames that look alike, such as those of a clip in a loop, the two are meant that came at nearly the same moment.
 */
export function meet({ starts }: TimelineAccount, own: readonly Start[]): Meeting | undefined {
	let nearest: Meeting | undefined;
	let least = MOST_APART;
	for (const theirs of starts) {
		for (const mine of own) {
			if (mine.fingerprint !== theirs.fingerprint) continue;
			const apart = Math.abs(mine.cameAt - theirs.at);
			if (apart > least) continue;
			least = apart;
			nearest = { at: theirs.at, time: mine.time };
		}
	}
	return nearest;
}

/** The account's segment that a moment lies in. */
export const segmentAt = ({ segments }: TimelineAccount, at: Ticks): ToldSegment | undefined =>
	segments.findLast(({ begin }) => begin <= at);

/** The account's newest segment on the timeline of who met it. */
export function segmentOf({ segments }: TimelineAccount, { at, time }: Meeting): Segment | undefined {
	const newest = segments.at(-1);
	if (!newest) return undefined;
	return { ...newest, time: time + (newest.begin - at) / TICKS_PER_MS, isIndependent: true };
}
