import { systemClock } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { dialRtmp } from "#shared/net/rtmp";
import { whyFailed } from "../failure.ts";
import { readFlvFile } from "../flv-file.ts";
import { aborted, stopSignal } from "../stop-signal.ts";
import { parseRtmpUrl, type RtmpUrl } from "../stream-url.ts";
import { note, progress, say } from "../terminal.ts";
import { type Clip, clipOf, isFrame, timeline } from "./clip.ts";
import { pace } from "./pace.ts";
import { Target } from "./target.ts";

const PROGRESS_MS = 1_000;

export type PublishOptions = { loop?: true; seconds?: number; startAt: number };

/** Publishes a file to all servers in real time until it ends, the seconds are over, or the user stops it. Throws MeshError. */
export async function publish(file: string, addresses: readonly string[], options: PublishOptions): Promise<void> {
	const urls = addresses.map(parseRtmpUrl);
	const clip = clipOf(await readFlvFile(file));
	const stop = stopSignal();
	const targets = await openTargets(urls, clip, stop);
	try {
		if (!stop.aborted) say(await run(clip, targets, options, stop));
	} finally {
		for (const target of targets) target.close();
	}
}

/** Dials all servers at once. When each one has answered or failed, they get the stream from its first frame on. */
async function openTargets(urls: readonly RtmpUrl[], clip: Clip, stop: AbortSignal): Promise<Target[]> {
	const failures: string[] = [];
	const targets: Target[] = [];
	let isUnderWay = false;
	const answers = urls.map(
		(url) =>
			new Promise<void>((resolve) => {
				const target = new Target({
					url,
					clock: systemClock,
					hasVideo: clip.hasVideo,
					dial: dialRtmp,
					onPublishing: (isAgain) => {
						note(`${url.text}: publishing${isAgain ? " again" : ""}`);
						isUnderWay = true;
						resolve();
					},
					onTrouble: (error) => {
						const failure = `${url.text}: ${whyFailed(error)}`;
						failures.push(failure);
						if (urls.length > 1 || isUnderWay) note(`${failure}; trying again each second`);
						resolve();
					},
				});
				targets.push(target);
			}),
	);
	await Promise.race([Promise.all(answers), aborted(stop)]);
	if (!stop.aborted && targets.every(({ isLive }) => !isLive)) {
		for (const target of targets) target.close();
		throw new PeerLostError(urls.length === 1 ? (failures[0] ?? "") : "none of the servers takes the stream");
	}
	return targets;
}

/** Sends the stream from its start to its end. Returns a sentence that sums it up. */
async function run(
	clip: Clip,
	targets: readonly Target[],
	options: PublishOptions,
	stop: AbortSignal,
): Promise<string> {
	const { startAt, seconds } = options;
	const startedAt = systemClock.now();
	let frames = 0;
	const sum = (): string => {
		const passed = ((systemClock.now() - startedAt) / 1000).toFixed(1);
		const live = targets.filter(({ isLive }) => isLive).length;
		return `${frames} frames in ${passed} s, ${live} of ${targets.length} servers take them`;
	};
	const ticker = setInterval(() => progress(sum()), PROGRESS_MS);
	await new Promise<void>((resolve) => {
		const cancel = pace(timeline(clip, { loop: options.loop === true, startAt }), {
			clock: systemClock,
			startAt,
			...(seconds !== undefined && { span: seconds * 1000 }),
			onPacket: (packet) => {
				if (isFrame(packet)) frames++;
				for (const target of targets) target.offer(packet);
			},
			onEnd: resolve,
		});
		void aborted(stop).then(() => {
			cancel();
			resolve();
		});
	});
	clearInterval(ticker);
	return `published ${sum()}`;
}
