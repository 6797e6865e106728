import { z } from "zod";
import { bytes, count, field, forNew, millis } from "./field.ts";

const MIB = 1024 * 1024;

/** Shorter ones cost more requests than they save delay, and numbers would rise faster than those of a restarted origin begin. */
const MIN_SEGMENT_MS = 1000;
const MAX_SEGMENT_MS = 20_000;
/** Length of segments, at least. */
export const segmentMs = z.int().min(MIN_SEGMENT_MS).max(MAX_SEGMENT_MS);
export const SEGMENT = `whole milliseconds from ${MIN_SEGMENT_MS} to ${MAX_SEGMENT_MS}`;

/** How streams are cut and packaged. */
export const segmentsSection = z.strictObject({
	segmentMs: field(
		segmentMs.default(2000),
		SEGMENT,
		"Length of segments, at least: one ends with the first keyframe from there on. Where streams are published this decides for all nodes.",
	),
	partMs: forNew(
		"streams",
		millis(500, "Length of parts, at most; players of low latency stay about three parts behind.", 100, 2000),
	),
	windowSegments: forNew(
		"streams",
		count(12, "Whole segments kept of a stream that is watched as HLS or DASH.", 3, 1000),
	),
	windowBytes: forNew(
		"streams",
		bytes(64 * MIB, "Segments kept of such a stream, together; past it the oldest go.", MIB),
	),
	lingerMs: forNew(
		"streams",
		millis(
			30_000,
			"A viewer who has asked for no segment for this long counts as gone. A stream without viewers is not packaged.",
			1000,
		),
	),
});
