import type { Clock } from "#shared/base/clock";
import type { Entry, History } from "./history.ts";

/** What the readers of one hub add up to; its parts count into it. */
export type Totals = { readers: number; skippedFrames: number; skippedGroups: number; evicted: number };

/** The stream as those see it who hand it on. */
export type StreamView = {
	readonly clock: Clock;
	readonly history: History;
	readonly totals: Totals;
	/** The last packet written. */
	newest(): Entry | undefined;
};
