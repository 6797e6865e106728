import { expect } from "vitest";
import { RawBytes } from "./raw-bytes.ts";
import { RawClient } from "./raw-client.ts";

/** C0, C1 and C2 of a simple handshake. */
export const handshake = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);

/** A type-0 chunk header (RTMP 1.0 §5.3.1.2.1) that claims a message of `length` bytes. */
function claim(chunkStream: number, length: number, type = 9): Buffer {
	const rest = Buffer.alloc(11);
	rest.writeUIntBE(length, 3, 3);
	rest.writeUInt8(type, 6);
	rest.writeUInt32LE(1, 7);
	return Buffer.concat([basicHeader(chunkStream), rest]);
}

/** §5.3.1.1: one, two or three bytes. */
function basicHeader(chunkStream: number): Buffer {
	const rest = chunkStream - 64;
	if (rest < 0) return Buffer.of(chunkStream);
	return rest < 256 ? Buffer.of(0, rest) : Buffer.of(1, rest & 0xff, rest >> 8);
}

/** Objects in one another, as an AMF0 command's third value: string, number, then `depth` times {a: …}. */
const nested = (depth: number): Buffer =>
	Buffer.concat([
		Buffer.from("020007636f6e6e656374003ff0000000000000", "hex"),
		...Array.from({ length: depth }, () => Buffer.from("03000161", "hex")),
	]);

/** Talks on a connection that has shaken hands and was let into an app. */
const inside = (talk: (client: RawClient) => void | Promise<void>) => async (url: string) => {
	const client = await RawClient.connect(url);
	await talk(client);
	return client;
};

/** Sends bytes on a fresh connection, behind a handshake where `shaken`. */
const bytes =
	(shaken: boolean, ...parts: Uint8Array[]) =>
	async (url: string) => {
		const talker = new RawBytes(url);
		talker.send(Buffer.concat([...(shaken ? [handshake] : []), ...parts]));
		return talker;
	};

/** `count` numbers. */
export const range = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
/** Bytes written as hex, with blanks between the fields. */
export const command = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
/** A chunk with `play`, transaction 2, null and the name "x", on message stream 1. */
export const PLAY = command("03 000000 000015 14 01000000 020004706c6179 004000000000000000 05 02000178");

/** A connection under way. */
export type Talker = Disposable & { readonly closed: Promise<void> };
/** A way to break the protocol, and the reason under which the connection is closed. */
export type BadTalk = { name: string; reason: string; talk: (url: string) => Promise<Talker> };

/** What no encoder or player does; each ends its connection. Patience of two seconds at most is asked of the server. */
export const BAD_TALKS: readonly BadTalk[] = [
	{ name: "a handshake of version 6", reason: "handshake-version", talk: bytes(false, Buffer.alloc(1537, 6)) },
	{
		name: "an HTTP request",
		reason: "handshake-version",
		talk: bytes(false, Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
	},
	{
		name: "a TLS hello",
		reason: "handshake-version",
		talk: bytes(false, command("16030100c8010000c40303"), Buffer.alloc(200)),
	},
	{ name: "nothing at all", reason: "handshake-timeout", talk: bytes(false) },
	{ name: "half a handshake", reason: "handshake-timeout", talk: bytes(false, handshake.subarray(0, 1000)) },
	{ name: "a handshake and no more", reason: "idle", talk: bytes(true) },
	{ name: "half a command", reason: "idle", talk: bytes(true, PLAY.subarray(0, 20)) },
	{ name: "play before connect", reason: "before-connect", talk: bytes(true, PLAY) },
	{
		name: "a continued chunk that nothing began, its id in two bytes",
		reason: "chunk-without-header",
		talk: bytes(true, Buffer.of(0xc0, 5, 0, 0)),
	},
	{
		name: "a continued chunk that nothing began, its id in three bytes",
		reason: "chunk-without-header",
		talk: bytes(true, Buffer.of(0xc1, 0xff, 0xff, 0)),
	},
	{
		name: "chunk streams without end, of every form",
		reason: "chunk-streams",
		talk: bytes(true, ...range(30, 3).map((id) => claim(id, 0)), ...range(40, 65_000).map((id) => claim(id, 0))),
	},
	{ name: "a claim of 16 MB before connect", reason: "message-size", talk: bytes(true, claim(3, 0xffffff, 20)) },
	{
		name: "a claim of 16 MB",
		reason: "message-size",
		talk: inside((client) => client.sendBytes(claim(6, 0xffffff))),
	},
	{
		name: "a message inside another on its chunk stream",
		reason: "chunk-interrupted",
		talk: bytes(true, claim(3, 1000, 20), Buffer.alloc(128), claim(3, 1000, 20)),
	},
	{
		name: "a frame of 64 KiB and one byte from who does not publish",
		reason: "message-size",
		talk: inside((client) => client.sendBytes(claim(6, 65_537))),
	},
	{
		name: "claims of 64 KiB on thirty chunk streams, and silence",
		reason: "idle",
		talk: inside((client) => {
			for (const id of range(30, 10)) client.sendBytes(Buffer.concat([claim(id, 65_536), Buffer.alloc(128)]));
		}),
	},
	{
		name: "150 KB of messages that are never finished",
		reason: "buffered-bytes",
		talk: inside((client) => {
			// Set Chunk Size: 50,000.
			client.sendBytes(command("02 000000 000004 01 00000000 0000c350"));
			for (const id of range(3, 10)) client.sendBytes(Buffer.concat([claim(id, 60_000), Buffer.alloc(50_000)]));
		}),
	},
	{
		name: "a chunk size of zero",
		reason: "chunk-size",
		talk: bytes(true, command("02 000000 000004 01 00000000 00000000")),
	},
	{
		name: "an abort without a chunk stream",
		reason: "abort",
		talk: bytes(true, command("02 000000 000002 02 00000000 0003")),
	},
	{
		name: "objects within objects",
		reason: "amf-depth",
		talk: bytes(true, claim(3, 19 + 20 * 4, 20), nested(20)),
	},
	{
		name: "a command without a name",
		reason: "command-shape",
		talk: bytes(true, claim(3, 9, 20), command("00 3ff0000000000000")),
	},
	{
		name: "a connect without an app",
		reason: "connect-shape",
		talk: async (url) => {
			const client = await RawClient.dial(url);
			client.call("connect", { app: 7, tcUrl: "rtmp://[::1/live" }).catch(() => {});
			return client;
		},
	},
	{
		name: "an app that is a path",
		reason: "bad-app",
		talk: async (url) => {
			const client = await RawClient.dial(url);
			const refused = client.call("connect", { app: "../../etc", tcUrl: url });
			await expect(refused).rejects.toThrow("NetConnection.Connect.InvalidApp");
			return client;
		},
	},
	{
		name: "a second connect",
		reason: "connect-twice",
		talk: inside((client) => void client.call("connect", { app: "live", tcUrl: "" }).catch(() => {})),
	},
	{
		name: "message streams without end",
		reason: "message-streams",
		talk: inside((client) => {
			for (const _ of range(9)) client.createStream().catch(() => {});
		}),
	},
	{
		name: "publish on a message stream that was not created",
		reason: "no-such-stream",
		talk: inside((client) => client.tell("publish", 5, "x", "live")),
	},
	{
		name: "a stream name of 1025 characters",
		reason: "name",
		talk: inside(async (client) => client.tell("play", await client.createStream(), "x".repeat(1025))),
	},
	{
		name: "a stream name that is a number",
		reason: "name",
		talk: inside((client) => client.tell("FCPublish", 0, 7)),
	},
];
