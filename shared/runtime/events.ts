import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** What happened, said once: each call counts under few fixed words and logs the particulars. */
export type Events = ReturnType<typeof createEvents>;

/** The words of one service for what happens in it. */
export function createEvents(log: Logger, metrics: Metrics) {
	return {
		connectionRefused(reason: string, address: string): void {
			metrics.connectionsRefused.inc({ reason });
			log.warn({ address, reason }, "connection refused");
		},
		/** `misbehaved`: the peer broke a protocol or a bound, rather than leaving. */
		connectionClosed(misbehaved: boolean, about: { address: string; reason: string; message: string }): void {
			if (misbehaved) metrics.protocolErrors.inc({ reason: about.reason });
			if (misbehaved) log.warn(about, "connection closed for cause");
			else log.debug(about, "connection closed");
		},
		nodeRefused(reason: "missing-proof" | "wrong-proof" | "loop", address: string): void {
			metrics.nodesRefused.inc({ reason });
			log.warn({ address, reason }, "node link refused");
		},
		publishAccepted(key: string, address: string, how: "accepted" | "taken-over" | "returned"): void {
			metrics.publishes.inc({ outcome: how });
			log.info({ key, address, how }, "publish accepted");
		},
		publishRefused(key: string, address: string, outcome: "bad-name" | "busy" | "full" | "not-here"): void {
			metrics.publishes.inc({ outcome });
			log.warn({ key, address, outcome }, "publish refused");
		},
		publishEnded(key: string, how: "clean" | "dropped"): void {
			log.info({ key, how }, "publish ended");
		},
		publishSilent(key: string, silentMs: number): void {
			metrics.publishes.inc({ outcome: "silent" });
			log.warn({ key, silentMs }, "no frames from the publisher: the stream is not offered until one comes");
		},
		/** Something threw on the way of a feed's packets: an error of ours. */
		feedFailed(key: string, feed: string, { error, isRepeated }: { error: unknown; isRepeated: boolean }): void {
			const ended = isRepeated ? "stream" : "feed";
			metrics.feedFailures.inc({ ended });
			log.error({ key, feed, ended, err: error }, "what a feed sent cannot be handed on");
		},
		playAccepted(key: string, address: string, as: "viewer" | "node"): void {
			metrics.plays.inc({ outcome: "accepted" });
			log.debug({ key, address, as }, "play accepted");
		},
		playRefused(key: string, address: string, outcome: "bad-name" | "not-found" | "nodes-only" | "pipelined"): void {
			metrics.plays.inc({ outcome });
			log.info({ key, address, outcome }, "play refused");
		},
		readerEvicted(key: string, address: string, reason: string): void {
			metrics.evictions.inc({ reason });
			log.warn({ key, address, reason }, "reader evicted");
		},
		pullStarted(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "started" });
			log.debug({ key, upstream }, "pull started");
		},
		pullLive(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "live" });
			log.info({ key, upstream }, "upstream live");
		},
		pullLost(key: string, upstream: string, about: { reason: string; message: string }): void {
			metrics.pulls.inc({ outcome: about.reason });
			log.warn({ key, upstream, ...about }, "upstream lost");
		},
		/** Another feed brings the frames. */
		switched(
			key: string,
			about: { from: string; to: string; cause: string; gapMs: number; discontinuity: boolean },
		): void {
			metrics.switches.inc({ cause: about.cause });
			metrics.switchGap.observe(about.gapMs / 1000);
			if (about.discontinuity) metrics.discontinuities.inc();
			log.info({ key, ...about }, "switched upstream");
		},
		/** The machine put another server on air, or none. */
		onAirChanged(key: string, about: { from?: string; to?: string; cause: string }): void {
			if (about.to === undefined) log.warn({ key, ...about }, "no upstream on air");
			else log.info({ key, ...about }, "on air");
		},
		/** A request on a connection that plays a stream already. */
		requestUnheard(address: string): void {
			metrics.requestsUnheard.inc();
			log.info({ address }, "request behind a stream, not answered");
		},
		/** A mistake of ours that ends what it met and nothing else; `where` is one of few words. */
		errorContained(where: string, error: unknown, about: object = {}): void {
			metrics.errorsContained.inc({ where });
			log.error({ where, ...about, err: error }, "error contained");
		},
		streamOver(key: string, reason: string): void {
			log.info({ key, reason }, "stream over");
		},
	};
}
