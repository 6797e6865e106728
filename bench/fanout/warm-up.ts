import { PeerLostError } from "#shared/base/errors";
import { firstOf, unlessFailed } from "../support/run.ts";
import { StopwatchPublisher } from "../support/stopwatch-publisher.ts";
import { numberOf } from "../support/test-stream.ts";
import { openViewer } from "../support/viewer.ts";
import { CORES, pin } from "./native.ts";
import type { Server } from "./stage.ts";

/** So many frames, this much faster than live, and the code of a server is compiled as it is after some minutes. */
const FRAMES = 12_000;
const SPEED = 40;
const WITHIN_MS = 60_000;

/** Sends frames through a server, alone on its core, until its code is compiled. */
export const warmUp = (server: Server, ended: AbortSignal): Promise<void> =>
	unlessFailed(ended, async (signal, fail) => {
		await pin(server.pid, CORES.server);
		const done = firstOf<void>(signal);
		const timer = setTimeout(
			() => fail(new PeerLostError(`${server.name} did not pass ${FRAMES} frames on`)),
			WITHIN_MS,
		);
		try {
			const publish = `${server.publish}/live/warm-up`;
			using _publisher = await StopwatchPublisher.open(publish, { signal, speed: SPEED, onLost: fail });
			using _viewer = openViewer(`${server.play}/live/warm-up`, {
				onPacket(packet) {
					if (packet.role === "frame" && numberOf(packet) >= FRAMES) done.give();
				},
				onEnd: fail,
			});
			await done.value;
			await pin(server.pid, CORES.load);
		} finally {
			clearTimeout(timer);
		}
	});
