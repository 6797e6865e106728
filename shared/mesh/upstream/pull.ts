import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { type MeshError, PeerLostError, ProtocolError, RefusedError } from "#shared/base/errors";
import { type StreamKey, splitStreamKey } from "#shared/base/names";
import type { Amf0Object } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";
import type { ResumeToken } from "#shared/media/splice";
import {
	askAsNode,
	complaintAbout,
	givesSegments,
	type Identity,
	introduce,
	SegmentReader,
	type SegmentRefusal,
} from "#shared/mesh/node-link";
import { dialRtmp, type RtmpCall } from "#shared/net/rtmp";
import type { Candidate } from "./candidate.ts";

/** One pull of a stream from one upstream, from the dial to its end. */
export type PullOptions = {
	key: StreamKey;
	server: Candidate;
	self: Identity;
	/** The last frames that this node has. Called at the moment of the play; undefined before the first frame. */
	resume(): ResumeToken | undefined;
	clock: Clock;
	/** An origin that is silent for this long is dead, also if its TCP connection is up. A node deeper in the tree gets a little more time. */
	idleMs: Millis;
	/** Time from the dial to the first media. The upstream may have to fetch the stream first. */
	firstMediaMs: Millis;
	/** Packets as they come. `onLive` comes before the first one. If one of these three throws, the pull ends. */
	onPacket(packet: MediaPacket): void;
	onLive(): void;
	/** The upstream answered, and says of its segments where they begin, or does not. */
	onGreeted?(givesSegments: boolean): void;
	/** What it said of a segment is not believed. */
	onSegmentRefused?(reason: SegmentRefusal): void;
	/** Media still came after `idleMs`: it is more than what the upstream had in store. */
	onFlowing(): void;
	/** The pull is over, with a fixed `reason`. Comes exactly once, unless the pull was stopped. */
	onLost(reason: PullLoss, message: string): void;
};

/**
 * How a pull ends. `idle`: no media. `lost`: the connection broke. `refused`: the upstream refused. `ended`: the stream is over
 * there. `protocol`: the upstream broke the protocol. `failed`: our own code threw on what it sent.
 */
export type PullLoss = "idle" | "lost" | "refused" | "ended" | "protocol" | "failed";

/**
 * A silence travels down the tree. The node next to it finds another server within this time, and all nodes below keep their
 * server. If they left it at the same moment, they would turn to nodes that have to search too.
 */
const DEPTH_MS: Millis = 100;

/** If a timer is later than this, the whole process was held up, and media may be unread in the socket. */
const HELD_UP_MS: Millis = 20;
/** Those media are read within this part of `idleMs`. */
const READ_SHARE = 10;

/** Starts to pull. The returned function ends the pull without a report. */
export function pull(options: PullOptions): Cancel {
	const { key, server, self, clock } = options;
	const { app, name } = splitStreamKey(key);
	const appThere = server.app ?? app;
	const host = server.host.includes(":") ? `[${server.host}]` : server.host;
	const idleMs = options.idleMs + server.depth * DEPTH_MS;
	const segments = new SegmentReader((reason) => options.onSegmentRefused?.(reason));
	const startedAt = clock.now();
	let firstMediaAt: Millis | undefined;
	let lastMediaAt: Millis | undefined;
	let isFlowing = false;
	let over = false;

	const end = (reason: PullLoss, message: string): void => {
		if (over) return;
		stop();
		options.onLost(reason, message);
	};
	const onPacket = (packet: MediaPacket): void => {
		lastMediaAt = clock.now();
		if (firstMediaAt === undefined) {
			firstMediaAt = lastMediaAt;
			cancelCheck();
			checkIn(idleMs);
			options.onLive();
		} else if (!isFlowing && lastMediaAt - firstMediaAt >= idleMs) {
			isFlowing = true;
			options.onFlowing();
		}
		options.onPacket(packet);
	};
	const take = (packet: MediaPacket): void => {
		try {
			const told = segments.take(packet);
			if (told) onPacket(told);
		} catch (error) {
			end("failed", `a fault of our own: ${error instanceof Error ? error.message : error}`);
		}
	};
	const greet = (info: Amf0Object): void => {
		const isNode = givesSegments(info);
		if (isNode) segments.invite();
		options.onGreeted?.(isNode);
	};
	const call: RtmpCall = dialRtmp({
		host: server.host,
		port: server.port,
		mode: "play",
		app: appThere,
		tcUrl: `rtmp://${host}:${server.port}/${appThere}`,
		name,
		digest: false,
		credentials: (randoms) => introduce(self, randoms),
		playObject: () => askAsNode(options.resume()),
		checkServer: (info, randoms) => complaintAbout(self, info, randoms),
		onEvent: (event) => {
			if (over) return;
			if (event.type === "connected") greet(event.info);
			else if (event.type === "media") take(event.packet);
		},
		onEnd: (error) => end(lossOf(error), error.message),
	});

	let due: Millis;
	let cancelCheck: Cancel;
	function checkIn(span: Millis): void {
		due = clock.now() + span;
		cancelCheck = clock.after(span, check);
	}
	function check(): void {
		const span = lastMediaAt === undefined ? options.firstMediaMs : idleMs;
		const now = clock.now();
		const left = (lastMediaAt ?? startedAt) + span - now;
		if (left > 0) checkIn(left);
		else if (now - due > HELD_UP_MS) checkIn(idleMs / READ_SHARE);
		else end("idle", lastMediaAt === undefined ? `no media within ${span} ms` : `no media for ${span} ms`);
	}
	checkIn(options.firstMediaMs);

	function stop(): void {
		if (over) return;
		over = true;
		cancelCheck();
		call.close();
	}
	return stop;
}

function lossOf(error: MeshError): PullLoss {
	if (error instanceof PeerLostError) return "lost";
	if (error instanceof ProtocolError) return "protocol";
	if (error instanceof RefusedError) return /Unpublish|Stop/.test(error.code) ? "ended" : "refused";
	return "lost";
}
