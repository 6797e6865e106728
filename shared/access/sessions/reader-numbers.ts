import type { Reader, ReaderStats } from "#shared/media/stream";
import type { SessionNumbers } from "./session.ts";

const STATES: Record<ReaderStats["state"], string> = {
	live: "live",
	waiting: "waiting",
	left: "over",
};

/** What a session shows that reads a hub; before it does, it waits. */
export function readerNumbers(reader: Pick<Reader, "stats"> | undefined): SessionNumbers {
	const stats = reader?.stats;
	return {
		bytesIn: 0,
		bytesOut: stats?.sentBytes ?? 0,
		skippedFrames: stats?.skippedFrames ?? 0,
		lostGroups: stats?.skippedGroups ?? 0,
		state: stats ? STATES[stats.state] : "waiting",
	};
}
