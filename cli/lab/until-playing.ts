import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { play } from "../probe/play.ts";
import type { HttpUrl, RtmpUrl } from "../stream-url.ts";

/** A mesh that has just started needs a second or two until every node knows the others; ten times that is a fault. */
const LIMIT_MS: Millis = 20_000;
const AGAIN_MS: Millis = 200;

/** Plays until a frame arrives and leaves again; false where none came in time or the signal aborted. */
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
