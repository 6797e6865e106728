import type { Cancel, Clock, Millis } from "#shared/clock";
import { type MeshError, PeerLostError, ProtocolError, RefusedError } from "#shared/errors";
import { askResume, complaintAbout, type Identity, introduce } from "#shared/link";
import { type MediaPacket, type StreamKey, splitStreamKey } from "#shared/media";
import { dialRtmp, type RtmpCall } from "#shared/net";
import type { ResumeToken } from "#shared/splice";
import type { Candidate } from "./candidate.ts";

/** One pull of a stream from one upstream, from the dial to its end. */
export type PullOptions = {
	key: StreamKey;
	server: Candidate;
	self: Identity;
	/** The last frames had, asked at the moment of the play; undefined before the first. */
	resume(): ResumeToken | undefined;
	clock: Clock;
	/** Silence this long means the upstream is dead, whatever its TCP connection says. */
	idleMs: Millis;
	/** Time from the dial to the first media; the upstream may have to fetch the stream first. */
	firstMediaMs: Millis;
	/** Packets as they come; before the first of them, `onLive`. */
	onPacket(packet: MediaPacket): void;
	onLive(): void;
	/** The pull is over, by a fixed `reason`; comes exactly once unless it was stopped. */
	onLost(reason: PullLoss, message: string): void;
};

/** How a pull ends: `idle` no media · `lost` the connection broke · `refused` the upstream said no · `ended` the stream is over there. */
export type PullLoss = "idle" | "lost" | "refused" | "ended" | "protocol";

/** Silence is looked for this many times per `idleMs`: it is noticed at most a fifth late. */
const CHECKS_PER_IDLE = 5;

/** Starts to pull. The returned function ends it without a word. */
export function pull(options: PullOptions): Cancel {
	const { key, server, self, clock } = options;
	const { app, name } = splitStreamKey(key);
	const appThere = server.app ?? app;
	const host = server.host.includes(":") ? `[${server.host}]` : server.host;
	const startedAt = clock.now();
	let lastMediaAt: Millis | undefined;
	let over = false;

	const end = (reason: PullLoss, message: string): void => {
		if (over) return;
		stop();
		options.onLost(reason, message);
	};
	const onPacket = (packet: MediaPacket): void => {
		const isFirst = lastMediaAt === undefined;
		lastMediaAt = clock.now();
		if (isFirst) options.onLive();
		options.onPacket(packet);
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
		playObject: () => askResume(options.resume()),
		checkServer: (info, randoms) => complaintAbout(self, info, randoms),
		onEvent: (event) => {
			if (event.type === "media" && !over) onPacket(event.packet);
		},
		onEnd: (error) => end(lossOf(error), error.message),
	});

	const checkEvery = options.idleMs / CHECKS_PER_IDLE;
	const check = (): void => {
		const now = clock.now();
		if (lastMediaAt === undefined && now - startedAt >= options.firstMediaMs) {
			end("idle", `no media within ${options.firstMediaMs} ms`);
			return;
		}
		if (lastMediaAt !== undefined && now - lastMediaAt >= options.idleMs) {
			end("idle", `no media for ${options.idleMs} ms`);
			return;
		}
		cancelCheck = clock.after(checkEvery, check);
	};
	let cancelCheck = clock.after(checkEvery, check);

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
