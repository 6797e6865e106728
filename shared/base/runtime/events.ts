import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { narrator, type Rate } from "./narrator.ts";

/** Log lines a second about what peers do. Peers can do it as often as they like: the first line tells what, metrics tell how often. */
const OF_PEERS: Rate = 1;
/** Log lines a second about the streams carried here. One failover may need three lines at once, for several streams. */
const OF_STREAMS: Rate = 10;

/** Why the gate keeps a client out. */
type Denied = "denied" | "too-many" | "too-late" | "failed" | "gone";

/** Every event in one place: each call counts it under a few fixed words and writes a sentence with fields to the log. */
export type Events = ReturnType<typeof createEvents>;

/** The events of one service. A log line has a fixed word, `event`, and a sentence for people, `msg`. */
export function createEvents(log: Logger, metrics: Metrics) {
	const { peer, stream } = tellers(log);
	return {
		connectionRefused(reason: string, address: string): void {
			metrics.connectionsRefused.inc({ reason });
			peer("warn", "connection-refused", { address, reason }, `connection from ${address} refused (${reason})`);
		},
		/** `misbehaved`: the peer broke the protocol or a bound. Otherwise it just left. */
		connectionClosed(misbehaved: boolean, about: { address: string; reason: string; message: string }): void {
			if (misbehaved) metrics.protocolErrors.inc({ reason: about.reason });
			const sentence = `connection from ${about.address} closed: ${about.message}`;
			if (misbehaved) peer("warn", "connection-closed", about, sentence);
			else log.debug(about, "connection closed");
		},
		nodeRefused(reason: "missing-proof" | "wrong-proof" | "loop", address: string): void {
			metrics.nodesRefused.inc({ reason });
			peer("warn", "node-refused", { address, reason }, `node at ${address} refused (${reason})`);
		},
		publishAccepted(key: string, address: string, how: "accepted" | "taken-over" | "returned"): void {
			metrics.publishes.inc({ outcome: how });
			peer("info", "publish-accepted", { key, address, reason: how }, `${key}: ${PUBLISHED[how]} ${address}`);
		},
		publishRefused(key: string, address: string, outcome: "bad-name" | "busy" | "full" | "not-here" | Denied): void {
			metrics.publishes.inc({ outcome });
			const about = { key, address, reason: outcome };
			peer("warn", "publish-refused", about, `${key}: publisher ${address} refused (${outcome})`);
		},
		publishEnded(key: string, how: "clean" | "dropped"): void {
			const why = how === "clean" ? "the publisher ended it" : "the publisher left and did not return";
			peer("info", "publish-ended", { key, reason: how }, `${key}: over, ${why}`);
		},
		publishSilent(key: string, silentMs: number): void {
			metrics.publishes.inc({ outcome: "silent" });
			const sentence = `${key}: no frame from the publisher for ${silentMs} ms, withdrawn until the next frame`;
			stream("warn", "publish-silent", { key, silentMs }, sentence);
		},
		/** Our own code threw on the way of a feed's packets. */
		feedFailed(key: string, feed: string, { error, isRepeated }: { error: unknown; isRepeated: boolean }): void {
			const ended = isRepeated ? "stream" : "feed";
			metrics.feedFailures.inc({ ended });
			const sentence = `${key}: a packet of ${feed} met a mistake in this program, which ends the ${ended}`;
			log.error({ event: "feed-failed", key, feed, ended, err: error }, sentence);
		},
		/** A codec header of an encoder. The stream is relayed as it is, but it cannot be packaged. */
		codecHeaderMalformed(key: string, track: string, fault: string): void {
			metrics.codecHeadersMalformed.inc({ track });
			const sentence = `${key}: the encoder's ${track} header cannot be read (${fault}); it is relayed as it is`;
			peer("warn", "codec-header-malformed", { key, reason: track, fault }, sentence);
		},
		/** `by` said something of a segment that is not believed. */
		segmentRefused(by: string, reason: string): void {
			metrics.segmentsRefused.inc({ reason });
			peer(
				"warn",
				"segment-message-refused",
				{ by, reason },
				`what ${by} says of a segment is not believed (${reason})`,
			);
		},
		playAccepted(key: string, address: string, as: "viewer" | "node"): void {
			metrics.plays.inc({ outcome: "accepted" });
			log.debug({ key, address, as }, "play accepted");
		},
		playRefused(
			key: string,
			address: string,
			outcome: "bad-name" | "not-found" | "nodes-only" | "pipelined" | "handshake" | "codec" | Denied,
		): void {
			metrics.plays.inc({ outcome });
			const about = { key, address, reason: outcome };
			peer("info", "play-refused", about, `${key}: play of ${address} refused (${outcome})`);
		},
		readerEvicted(key: string, address: string, reason: string): void {
			metrics.evictions.inc({ reason });
			peer("warn", "reader-evicted", { key, address, reason }, `${key}: reader ${address} closed (${reason})`);
		},
		pullStarted(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "started" });
			log.debug({ key, upstream }, "pull started");
		},
		pullLive(key: string, upstream: string): void {
			metrics.pulls.inc({ outcome: "live" });
			log.debug({ key, upstream }, "upstream live");
		},
		/** This node ended the pull itself: others play, or nobody reads the stream. */
		pullLeft(key: string, upstream: string): void {
			log.debug({ key, upstream }, "upstream left");
		},
		pullLost(key: string, upstream: string, about: { reason: string; message: string }): void {
			metrics.pulls.inc({ outcome: about.reason });
			log.debug({ key, upstream, ...about }, "upstream lost");
		},
		/** Another upstream brings the frames. */
		switched(
			key: string,
			about: { from: string; to: string; cause: string; gapMs: number; discontinuity: boolean },
		): void {
			metrics.switches.inc({ cause: about.cause });
			metrics.switchGap.observe(about.gapMs / 1000);
			if (about.discontinuity) metrics.discontinuities.inc();
			log.debug({ key, ...about, gapMs: Math.round(about.gapMs) }, "switched upstream");
		},
		/** The machine put another server on air, or none. */
		onAirChanged(key: string, { from, to, cause }: { from?: string; to?: string; cause: string }): void {
			log.debug({ key, from, to, cause }, to === undefined ? "no upstream on air" : "on air");
		},
		/** News for people about a stream's upstreams. Lines with the same `reason` are limited together. */
		upstreamNews(key: string, { level, reason, sentence, about }: UpstreamNews): void {
			stream(level, "upstream", { key, reason, ...about }, `${key}: ${sentence}`);
		},
		/** A request on a connection that already plays a stream. */
		requestUnheard(address: string): void {
			metrics.requestsUnheard.inc();
			const sentence = `request of ${address} not answered: its connection plays a stream`;
			peer("info", "request-unheard", { address }, sentence);
		},
		/** A mistake of ours that ends what it met and nothing else. `where` is one of a few words. */
		errorContained(where: string, error: unknown, about: object = {}): void {
			metrics.errorsContained.inc({ where });
			const sentence = `a mistake in this program ended one ${where}`;
			peer("error", "error-contained", { reason: where, ...about, err: error }, sentence);
		},
		streamOver(key: string, reason: keyof typeof OVER): void {
			log.debug({ key, reason }, "stream over");
			stream("info", "stream-over", { key, reason }, `${key}: over, ${OVER[reason]}`);
		},
	};
}

/** One line about a stream's upstreams. `reason` is one of a few words. `sentence` is for people and does not name the key. */
export type UpstreamNews = {
	readonly level: "info" | "warn";
	readonly reason: string;
	readonly sentence: string;
	readonly about: object;
};

const PUBLISHED = {
	accepted: "published from",
	"taken-over": "publisher was silent and is replaced by",
	returned: "publisher is back, from",
} as const;

const OVER = {
	"gave-up": "no upstream has it any more",
	unread: "nobody reads it here",
	stopped: "this service stops",
	failed: "a mistake in this program ended it",
} as const;

/** Writes a line that may come too often. `about.reason`, one of a few words, tells the kinds of an event apart. */
type TellOf = (level: "info" | "warn" | "error", event: string, about: Fields, sentence: string) => void;
type Fields = { readonly reason?: string; readonly [field: string]: unknown };

function tellers(log: Logger): { peer: TellOf; stream: TellOf } {
	const tell = narrator(log);
	const at =
		(rate: Rate): TellOf =>
		(level, event, about, message) =>
			tell({ level, about: { event, ...about }, message }, `${event}/${about.reason ?? ""}`, rate);
	return { peer: at(OF_PEERS), stream: at(OF_STREAMS) };
}
