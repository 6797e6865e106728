import type { Millis } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { firstOf, unlessFailed } from "./run.ts";
import { StopwatchPublisher } from "./stopwatch-publisher.ts";
import { numberOf } from "./test-stream.ts";
import { openViewer } from "./viewer.ts";

/** So much faster than live. */
const SPEED = 40;
const WITHIN_MS: Millis = 60_000;

type Way = { readonly name: string; readonly publish: string; readonly play: string };

/** Sends so many frames through servers: their code is compiled then, as it is of one that is up for some minutes. */
export const warmUp = ({ name, publish, play }: Way, frames: number, ended: AbortSignal): Promise<void> =>
	unlessFailed(ended, async (signal, fail) => {
		const done = firstOf<void>(signal);
		const tooSlow = new PeerLostError(`${name}: ${frames} frames took more than ${WITHIN_MS} ms`);
		const timer = setTimeout(() => fail(tooSlow), WITHIN_MS);
		try {
			const options = { signal, speed: SPEED, onLost: fail };
			using _publisher = await StopwatchPublisher.open([`${publish}/live/warm-up`], options);
			using _viewer = openViewer(`${play}/live/warm-up`, {
				onPacket(packet) {
					if ((packet.role === "frame" || packet.role === "keyframe") && numberOf(packet) >= frames) done.give();
				},
				onEnd: fail,
			});
			await done.value;
		} finally {
			clearTimeout(timer);
		}
	});
