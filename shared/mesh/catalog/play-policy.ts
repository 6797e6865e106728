import type { Millis } from "#shared/base/clock";
import { type CommonConfig, viewerDelayMs } from "#shared/base/config";
import type { ReaderBounds } from "#shared/media/stream";

/** How readers are served. Nodes get packets at once, whatever the delay for viewers is. */
export type PlayPolicy = {
	bounds: ReaderBounds;
	viewerDelayMs(app: string): Millis;
};

/** The policy in a service's configuration. It is read anew for each play. */
export const playPolicy = (config: CommonConfig): PlayPolicy => ({
	get bounds() {
		return { queueBytes: config.limits.readerBytes, evictMs: config.limits.evictMs };
	},
	viewerDelayMs: (app) => viewerDelayMs(config, app),
});
