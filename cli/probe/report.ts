import { table } from "../terminal.ts";
import type { Tally } from "./tally.ts";

/** Why a probe ended: its time was over, the user stopped it, the server ended the stream, or the connection broke. */
export type Ending = "done" | "stopped" | "ended" | "lost";

/** What `--json` prints. */
export type Report = { url: string } & Tally & { end: Ending };

/** The report as a table; `isJudged` where each frame was looked up in the source file. */
export function reportForPeople(report: Report, isJudged: boolean): string {
	const { frames, video, audio, lost, dup, back, headers, unknown, jumpMs, stallMs, joinMs, codecs, seconds } = report;
	const rows = [
		["codecs", codecs.join(" ") || "none"],
		["frames", `${frames} (${video} video, ${audio} audio) in ${seconds} s`],
		["lost", `${lost}${isJudged ? "" : " (holes in the timestamps)"}`],
		["twice", `${dup}`],
		["backwards", `${back}`],
		["codec headers", `${headers}`],
		...(isJudged ? [["not of the source", `${unknown}`]] : []),
		["longest step", `${jumpMs} ms of media time`],
		["longest stall", `${stallMs} ms`],
		["join", joinMs === null ? "no keyframe came" : `${joinMs} ms`],
	];
	return table([report.url], rows);
}
