import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { narrator, type Rate } from "./narrator.ts";

/** What peers bring about, as often as they like: the first line tells what, metrics how often. */
const OF_PEERS: Rate = 1;
/** What becomes of a stream that is carried: one that switches says three things at once, and there may be some of them. */
const OF_STREAMS: Rate = 10;

/** Whom the gate keeps out, and why. */
type Denied = "denied" | "too-many" | "too-late" | "failed" | "gone";

/** What happened, said once: each call counts under few fixed words and logs the particulars, of many alike some. */
export type Events = ReturnType<typeof createEvents>;

/** The words of one service for what happens in it. */
export function createEvents(log: Logger, metrics: Metrics) {
	const tell = narrator(log);
	return {
		connectionRefused(reason: string, address: string): void {
			metrics.connectionsRefused.inc({ reason });
			tell("warn", OF_PEERS, { address, reason }, "connection refused", reason);
		},
		/** `misbehaved`: the peer broke a protocol or a bound, rather than leaving. */
		connectionClosed(misbehaved: boolean, about: { address: string; reason: string; message: string }): void {
			if (misbehaved) metrics.protocolErrors.inc({ reason: about.reason });
			if (misbehaved) tell("warn", OF_PEERS, about, "connection closed for cause", about.reason);
			else log.debug(about, "connection closed");
		},
		nodeRefused(reason: "missing-proof" | "wrong-proof" | "loop", address: string): void {
			metrics.nodesRefused.inc({ reason });
			tell("warn", OF_PEERS, { address, reason }, "node link refused", reason);
		},
		publishAccepted(key: string, address: string, how: "accepted" | "taken-over" | "returned"): void {
			metrics.publishes.inc({ outcome: how });
			tell("info", OF_PEERS, { key, address, how }, "publish accepted", how);
		},
		publishRefused(key: string, address: string, outcome: "bad-name" | "busy" | "full" | "not-here" | Denied): void {
			metrics.publishes.inc({ outcome });
			tell("warn", OF_PEERS, { key, address, outcome }, "publish refused", outcome);
		},
		publishEnded(key: string, how: "clean" | "dropped"): void {
			tell("info", OF_PEERS, { key, how }, "publish ended", how);
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
		/** An encoder's codec header; the stream is relayed as it is, and cannot be packaged. */
		codecHeaderMalformed(key: string, track: string, reason: string): void {
			metrics.codecHeadersMalformed.inc({ track });
			tell("warn", OF_PEERS, { key, track, reason }, "codec header cannot be read", track);
		},
		/** `by` said something of a segment that is not believed. */
		segmentRefused(by: string, reason: string): void {
			metrics.segmentsRefused.inc({ reason });
			tell("warn", OF_PEERS, { by, reason }, "what is said of a segment is not believed", reason);
		},
		playAccepted(key: string, address: string, as: "viewer" | "node"): void {
			metrics.plays.inc({ outcome: "accepted" });
			log.debug({ key, address, as }, "play accepted");
		},
		playRefused(
			key: string,
			address: string,
			outcome: "bad-name" | "not-found" | "nodes-only" | "pipelined" | Denied,
		): void {
			metrics.plays.inc({ outcome });
			tell("info", OF_PEERS, { key, address, outcome }, "play refused", outcome);
		},
		readerEvicted(key: string, address: string, reason: string): void {
			metrics.evictions.inc({ reason });
			tell("warn", OF_PEERS, { key, address, reason }, "reader evicted", reason);
		},
		pullStarted(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "started" });
			log.debug({ key, upstream }, "pull started");
		},
		pullLive(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "live" });
			tell("info", OF_STREAMS, { key, upstream }, "upstream live");
		},
		pullLost(key: string, upstream: string, about: { reason: string; message: string }): void {
			metrics.pulls.inc({ outcome: about.reason });
			tell("warn", OF_STREAMS, { key, upstream, ...about }, "upstream lost", about.reason);
		},
		/** Another feed brings the frames. */
		switched(
			key: string,
			about: { from: string; to: string; cause: string; gapMs: number; discontinuity: boolean },
		): void {
			metrics.switches.inc({ cause: about.cause });
			metrics.switchGap.observe(about.gapMs / 1000);
			if (about.discontinuity) metrics.discontinuities.inc();
			tell("info", OF_STREAMS, { key, ...about }, "switched upstream", about.cause);
		},
		/** The machine put another server on air, or none. */
		onAirChanged(key: string, about: { from?: string; to?: string; cause: string }): void {
			if (about.to === undefined) tell("warn", OF_STREAMS, { key, ...about }, "no upstream on air");
			else tell("info", OF_STREAMS, { key, ...about }, "on air");
		},
		/** A request on a connection that plays a stream already. */
		requestUnheard(address: string): void {
			metrics.requestsUnheard.inc();
			tell("info", OF_PEERS, { address }, "request behind a stream, not answered");
		},
		/** A mistake of ours that ends what it met and nothing else; `where` is one of few words. */
		errorContained(where: string, error: unknown, about: object = {}): void {
			metrics.errorsContained.inc({ where });
			tell("error", OF_PEERS, { where, ...about, err: error }, "error contained", where);
		},
		streamOver(key: string, reason: string): void {
			tell("info", OF_STREAMS, { key, reason }, "stream over");
		},
	};
}
