import { systemClock } from "#shared/base/clock";
import { type MeshError, PeerLostError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import { isStreamEnd, whyFailed } from "../failure.ts";
import { readFlvFile } from "../flv-file.ts";
import { stopSignal } from "../stop-signal.ts";
import { type HttpUrl, parsePlayUrl, type RtmpUrl } from "../stream-url.ts";
import { note, progress, say } from "../terminal.ts";
import { play } from "./play.ts";
import { type Ending, type Report, reportForPeople } from "./report.ts";
import { SourceJudge } from "./source-judge.ts";
import { SpacingJudge } from "./spacing-judge.ts";
import { Counter } from "./tally.ts";
import type { TrackJudge } from "./verdict.ts";

/** No viewer waits longer for the first frame. */
const FIRST_FRAME_MS = 10_000;
const PROGRESS_MS = 1_000;

export type ProbeOptions = { seconds?: number; source?: string; json?: true };

/** Plays until the seconds are over, the stream ends or the user stops it, then reports. Throws MeshError if nothing could be played. */
export async function probe(address: string, options: ProbeOptions): Promise<void> {
	const url = parsePlayUrl(address);
	const judges = await judgesFor(options.source);
	const counter = new Counter(systemClock.now(), judges);
	const ending = await watch(url, counter, options.seconds);
	const report: Report = { url: address, ...counter.tally(systemClock.now()), end: ending.type };
	if (options.json) say(JSON.stringify(report));
	if (counter.frames === 0 && ending.type !== "stopped") {
		throw new PeerLostError(`${address}: ${ending.error ? whyFailed(ending.error) : "nothing came"}`);
	}
	if (!options.json) say(reportForPeople(report, options.source !== undefined));
	if (ending.error) note(`${address}: ${whyFailed(ending.error)}`);
}

async function judgesFor(source: string | undefined): Promise<Record<"audio" | "video", TrackJudge>> {
	if (source === undefined) return { audio: new SpacingJudge(), video: new SpacingJudge() };
	const frames = (await readFlvFile(source)).filter(({ role }) => role === "frame" || role === "keyframe");
	const of = (kind: MediaPacket["kind"]): TrackJudge => new SourceJudge(frames.filter((frame) => frame.kind === kind));
	return { audio: of("audio"), video: of("video") };
}

type Outcome = { type: Ending; error?: MeshError };

async function watch(url: RtmpUrl | HttpUrl, counter: Counter, seconds: number | undefined): Promise<Outcome> {
	const timers: (() => void)[] = [];
	const outcome = await new Promise<Outcome>((resolve) => {
		const leave = play(url, {
			onPacket: (packet) => counter.add(packet, systemClock.now()),
			onEnd: (error) => resolve({ type: isStreamEnd(error) ? "ended" : "lost", error }),
		});
		const within = Math.min(FIRST_FRAME_MS, (seconds ?? Number.POSITIVE_INFINITY) * 1000);
		const giveUp = (): void => {
			if (counter.frames === 0)
				resolve({ type: "lost", error: new PeerLostError(`no frame within ${within / 1000} s`) });
		};
		timers.push(leave, systemClock.after(within, giveUp));
		if (seconds !== undefined) timers.push(systemClock.after(seconds * 1000, () => resolve({ type: "done" })));
		stopSignal().addEventListener("abort", () => resolve({ type: "stopped" }));
		const ticker = setInterval(() => progress(progressOf(counter)), PROGRESS_MS);
		timers.push(() => clearInterval(ticker));
	});
	for (const cancel of timers) cancel();
	return outcome;
}

function progressOf(counter: Counter): string {
	const { frames, lost, dup, stallMs, seconds } = counter.tally(systemClock.now());
	return `${seconds.toFixed(0)} s: ${frames} frames, ${lost} lost, ${dup} twice, longest stall ${stallMs} ms`;
}
