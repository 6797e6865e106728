import { setTimeout as pause } from "node:timers/promises";
import type { Millis } from "#shared/base/clock";
import { assemble } from "#shared/base/runtime";
import { StopwatchPublisher } from "../support/stopwatch-publisher.ts";

/** Encoders do not take their pictures at the same moment: streams begin spread over a picture's time. */
const PICTURE_MS: Millis = 1_000 / 30;

export type FeedOptions = {
	/** Stream keys. */
	readonly keys: readonly string[];
	/** Each gets every stream. */
	readonly origins: readonly string[];
	readonly signal: AbortSignal;
	onLost(error: Error): void;
};

/** Publishes streams of 1.1 Mb/s without end, each identically to all origins. Disposing ends that. */
export const publishAll = ({ keys, origins, signal, onLost }: FeedOptions): Promise<AsyncDisposable> =>
	assemble(async (scope) => {
		for (const key of keys) {
			const urls = origins.map((origin) => `${origin}/${key}`);
			scope.use(await StopwatchPublisher.open(urls, { signal, onLost }));
			await pause(PICTURE_MS / keys.length, undefined, { signal });
		}
		return scope;
	});
