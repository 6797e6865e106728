import { deepStrictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decodeAmf0 } from "#shared/formats/amf0";
import { classify, codecOf, compositionTime, FlvReader, readFlv, stripSetDataFrame } from "#shared/formats/flv";
import { ClientFrameReader } from "#shared/formats/websocket";
import { ChunkReader } from "#shared/rtmp/chunk";
import { capture, HANDSHAKE_BYTES, hex } from "../../fixtures/rtmp/captures.ts";
import { cutRandomly, type FuzzTarget, outcome } from "../target.ts";

/** The AMF0 that clients and servers really send: their commands and metadata. */
const amf0Seeds = (["ffmpeg-publish", "gst-rtmp2sink-publish", "rtmpdump-play", "own-play"] as const).flatMap(
	(name) => {
		const bytes = capture(name, name === "own-play" ? "server" : "client").subarray(HANDSHAKE_BYTES);
		const messages = new ChunkReader().push(bytes).filter(({ type }) => type === 18 || type === 20);
		return messages.map(({ payload }) => Buffer.from(payload));
	},
);

const amf0: FuzzTarget = {
	name: "amf0",
	seeds: [hex("05"), ...amf0Seeds],
	words: [
		"03 0001 61 0000 09",
		"08 ffffffff 0000 09",
		"0a ffffffff",
		"0a 00000002 0a 00000002",
		"0b 0000000000000000 0000",
		"0c 0000ffff",
		"07 0001",
		"10 0001 41",
		"11 0a 0b 01 03 61 06 03",
		"11 09 03 01",
		"0009",
		"0009 5f5f70726f746f5f5f",
	].map(hex),
	run: (input) => {
		decodeAmf0(input);
	},
};

/** The first tags of a file: header, metadata, codec headers and some frames. */
const SEED_BYTES = 3000;
const flvSeed = (name: string): Buffer =>
	readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)).subarray(0, SEED_BYTES);

const flv: FuzzTarget = {
	name: "flv",
	seeds: [
		flvSeed("hevc-aac.enhanced.flv"),
		flvSeed("av1-opus.enhanced.flv"),
		flvSeed("bframes.flv"),
		flvSeed("audio-only.flv"),
	],
	words: [
		"09 ffffff 000000 00 000000",
		"12 000000 000000 ff 000000 0000000b",
		"97 00 00",
		"9f ff ffff",
		"95 11 68766331",
	].map(hex),
	run(input, random) {
		const [whole, cut] = [new FlvReader(), new FlvReader()];
		const tags = outcome((piece) => whole.push(piece), [input]);
		deepStrictEqual(
			outcome((piece) => cut.push(piece), cutRandomly(input, random)),
			tags,
		);
		if (tags) readFlv(input);
	},
};

const payloadsOf = (name: string): Buffer[] => readFlv(flvSeed(name)).map((packet) => Buffer.from(packet.payload));

const payload: FuzzTarget = {
	name: "payload",
	seeds: [hex("1701 000000"), ...["hevc-aac.enhanced.flv", "av1-opus.enhanced.flv"].flatMap(payloadsOf)],
	words: ["97", "9f ff ffff", "96 11", "95 01 4f707573", "68766331"].map(hex),
	run(input) {
		for (const kind of ["audio", "video", "data"] as const) {
			classify(kind, input);
			codecOf(kind, input);
		}
		compositionTime(input);
		stripSetDataFrame(input);
	},
};

/** RFC 6455 §5.7, and what a viewer's WebSocket says when it is opened and closed. */
const websocket: FuzzTarget = {
	name: "websocket",
	seeds: [
		hex("8185 37fa213d 7f9f4d5158 8a85 37fa213d 7f9f4d5158"),
		hex("0183 00000000 48656c 8980 00000000 8082 00000000 6c6f"),
	],
	words: ["8882 00000000 03e8", "82fe 1000", "82ff 0000000000010000", "8980 00000000", "8880 00000000"].map(hex),
	run(input, random) {
		const [whole, cut] = [new ClientFrameReader(), new ClientFrameReader()];
		const frames = outcome((piece) => whole.push(piece), [input]);
		deepStrictEqual(
			outcome((piece) => cut.push(piece), cutRandomly(input, random)),
			frames,
		);
	},
};

export const formatTargets: readonly FuzzTarget[] = [amf0, flv, payload, websocket];
