import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { play } from "../probe/play.ts";
import type { HttpUrl, RtmpUrl } from "../stream-url.ts";

/** In a mesh that has just started, all nodes know each other after a second or two. Ten times that is a fault. */
const LIMIT_MS: Millis = 20_000;
const AGAIN_MS: Millis = 200;

/** Plays until a frame arrives, then leaves. False if no frame came in time or the signal aborted. */
export function untilPlaying(url: RtmpUrl | HttpUrl, clock: Clock, stop: AbortSignal): Promise<boolean> {
	return new Promise((resolve) => {
		let leave: Cancel = () => {};
		let cancelAgain: Cancel = () => {};
		const finish = (isPlaying: boolean): void => {
			cancelLimit();
			cancelAgain();
			leave();
			resolve(isPlaying);
		};
		const cancelLimit = clock.after(LIMIT_MS, () => finish(false));
		stop.addEventListener("abort", () => finish(false), { once: true });
		const attempt = (): void => {
			leave = play(url, {
				onPacket: ({ role }) => {
					if (role === "keyframe") finish(true);
				},
				onEnd: () => {
					cancelAgain = clock.after(AGAIN_MS, attempt);
				},
			});
		};
		attempt();
	});
}
