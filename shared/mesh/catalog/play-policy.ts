import type { Millis } from "#shared/base/clock";
import { type CommonConfig, viewerDelayMs } from "#shared/base/config";
import type { ReaderBounds } from "#shared/media/stream";

/** How readers are served; nodes get everything at once, whatever the delay for viewers. */
export type PlayPolicy = {
	bounds: ReaderBounds;
	viewerDelayMs(app: string): Millis;
};

/** What a service's configuration says of it, read anew for each play. */
export const playPolicy = (config: CommonConfig): PlayPolicy => ({
	get bounds() {
		return { queueBytes: config.limits.readerBytes, evictMs: config.limits.evictMs };
	},
	viewerDelayMs: (app) => viewerDelayMs(config, app),
});
