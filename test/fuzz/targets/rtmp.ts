import { deepStrictEqual } from "node:assert/strict";
import { ChunkReader } from "#shared/rtmp/chunk";
import { ClientHandshake, ServerHandshake } from "#shared/rtmp/handshake";
import { ClientSession, type ServerEvent, ServerSession } from "#shared/rtmp/session";
import { capture, HANDSHAKE_BYTES, hex } from "../../fixtures/rtmp/captures.ts";
import type { Random } from "../random.ts";
import { cutRandomly, type FuzzTarget, outcome } from "../target.ts";

const CLIENTS = [
	"ffmpeg-publish",
	"gst-rtmp2sink-publish",
	"librtmp-publish",
	"ffmpeg-publish-extended",
	"ffmpeg-play",
	"rtmpdump-play",
	"gst-rtmp2src-play",
] as const;
const SERVERS = ["own-play", "own-publish", "own-publish-taken", "ffmpeg-play", "rtmpdump-play"] as const;

/** Beginnings of conversations: later media only repeats what is there. */
const SEED_BYTES = 6000;
type Names = readonly [string, ...string[]];
const seeds = ([first, ...others]: Names, side: "client" | "server", start: number): [Buffer, ...Buffer[]] => {
	const seed = (name: string) => capture(name, side).subarray(start, start + SEED_BYTES);
	return [seed(first), ...others.map(seed)];
};

/** Messages that steer the chunk layer, and pieces of headers and AMF0. */
const words = [
	"02 000000 000004 01 00000000 00000001",
	"02 000000 000004 01 00000000 7fffffff",
	"02 000000 000004 02 00000000 00000003",
	"02 000000 000004 05 00000000 00000000",
	"02 000000 000006 04 00000000 0006 00000001",
	"04 ffffff 000100 09 01000000 ffffffff",
	"04 000000 7fffff 09 01000000",
	"06 000000 00001b 16 01000000 09 000002 000064 00 000000 2701 0000000d 08 000001 000078 00 000000 af",
	"03 000000 000000 14 00000000",
	"00 00",
	"01 ffff",
	"c3",
	"02 0007 7075626c697368",
	"05 02 0003 63616d",
	"0000 09",
	"11 0a 0b 01",
].map(hex);

/** Accepts whatever a client asks, so that an input gets as far as it can. */
function agree(session: ServerSession, event: ServerEvent): void {
	if (event.type === "connect") session.acceptConnect();
	else if (event.type === "publish") session.acceptPublish(event.streamId, event.name);
	else if (event.type === "play") session.acceptPlay(event.streamId, event.name);
	else if (event.type === "fc-publish") session.answerFcPublish("NetStream.Publish.Start", event.name);
	else if (event.type === "fc-subscribe") session.answerFcSubscribe(event.call, "NetStream.Play.Start", event.name);
}

const chunks: FuzzTarget = {
	name: "chunk-reader",
	seeds: [...seeds(CLIENTS, "client", HANDSHAKE_BYTES), ...seeds(SERVERS, "server", HANDSHAKE_BYTES)],
	words,
	run(input, random) {
		const [whole, cut] = [new ChunkReader(), new ChunkReader()];
		const expected = outcome((piece) => whole.push(piece), [input]);
		deepStrictEqual(
			outcome((piece) => cut.push(piece), cutRandomly(input, random)),
			expected,
		);
	},
};

const handshake: FuzzTarget = {
	name: "handshake",
	seeds: [
		...seeds(["ffmpeg-play", "librtmp-publish", "rtmpdump-rtmpe"], "client", 0),
		...seeds(["ffmpeg-play", "librtmp-publish"], "server", 0),
	].map((seed) => seed.subarray(0, HANDSHAKE_BYTES + 10)) as [Buffer, ...Buffer[]],
	words: [],
	run(input, random) {
		const side = random.oneIn(2) ? new ServerHandshake() : new ClientHandshake({ digest: random.oneIn(2) });
		for (const piece of cutRandomly(input, random)) if (side.push(piece).rest) return;
	},
};

/** A handshake seldom, mostly what follows one: nearly every change to the handshake ends the session there. */
const behindHandshake = (input: Buffer, random: Random): Buffer[] =>
	random.oneIn(20) ? cutRandomly(input, random) : [HELLO, ...cutRandomly(input, random)];
const HELLO = Buffer.concat([Buffer.of(3), Buffer.alloc(HANDSHAKE_BYTES - 1)]);

const server: FuzzTarget = {
	name: "server-session",
	seeds: seeds(CLIENTS, "client", HANDSHAKE_BYTES),
	words,
	run(input, random) {
		const session = new ServerSession();
		for (const piece of behindHandshake(input, random)) {
			for (const event of session.push(piece)) agree(session, event);
			session.take();
		}
	},
};

const client: FuzzTarget = {
	name: "client-session",
	seeds: seeds(SERVERS, "server", HANDSHAKE_BYTES),
	words,
	run(input, random) {
		const mode = random.oneIn(2) ? "play" : "publish";
		const session = new ClientSession({ mode, app: "live", tcUrl: "rtmp://127.0.0.1/live", name: "cam" });
		session.start();
		for (const piece of behindHandshake(input, random)) {
			session.push(piece);
			session.take();
		}
		session.finish();
		session.take();
	},
};

export const rtmpTargets: readonly FuzzTarget[] = [chunks, handshake, server, client];
