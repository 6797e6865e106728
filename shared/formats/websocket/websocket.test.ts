import { expect, test } from "vitest";
import { ClientFrameReader, FrameError } from "./client-frames.ts";
import { encodeClose, encodeFrame, frameHead, OPCODES } from "./frame.ts";
import { isWebSocketKey, webSocketAccept } from "./handshake.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hello = Buffer.from("Hello");

test("a key is answered as in RFC 6455 §1.3", () => {
	expect(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test.for([
	["dGhlIHNhbXBsZSBub25jZQ==", true],
	["dGhlIHNhbXBsZSBub25jZQ", false],
	["dGhlIHNhbXBsZSBub25jZTEyMzQ=", false],
	["", false],
	["dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", false],
] as const)("%s is a key of 16 bytes: %s", ([key, is]) => {
	expect(isWebSocketKey(key)).toBe(is);
});

// RFC 6455 §5.7
test.for([
	["a text", encodeFrame(OPCODES.text, hello), "81 05 48656c6c6f"],
	["a ping", encodeFrame(OPCODES.ping, hello), "89 05 48656c6c6f"],
	["125 bytes", frameHead(OPCODES.binary, 125), "82 7d"],
	["126 bytes", frameHead(OPCODES.binary, 126), "82 7e 007e"],
	["256 bytes", frameHead(OPCODES.binary, 256), "82 7e 0100"],
	["65535 bytes", frameHead(OPCODES.binary, 65_535), "82 7e ffff"],
	["64 KiB", frameHead(OPCODES.binary, 65_536), "82 7f 0000000000010000"],
	["a close", encodeClose(1000, "bye"), "88 05 03e8 627965"],
	["a close without a code", encodeClose(), "88 00"],
	["a close cut behind a whole character", encodeClose(1001, "é".repeat(100)), `88 7c 03e9 ${"c3a9".repeat(61)}`],
] as const)("a server writes %s as RFC 6455 says", ([, written, hex]) => {
	expect(written.toString("hex")).toBe(hex.replaceAll(" ", ""));
});

const mask = "37fa213d";
const masked = (payload: string): string =>
	Buffer.from(Buffer.from(payload, "latin1").map((byte, place) => byte ^ (bytes(mask)[place % 4] ?? 0))).toString(
		"hex",
	);

const conversations: [string, string, object[]][] = [
	["the masked text of §5.7", "81 85 37fa213d 7f9f4d5158", [{ type: "message" }]],
	["the masked pong of §5.7", "8a 85 37fa213d 7f9f4d5158", [{ type: "pong" }]],
	["a masked ping", "89 85 37fa213d 7f9f4d5158", [{ type: "ping", payload: hello }]],
	["an empty ping", `89 80 ${mask}`, [{ type: "ping", payload: Buffer.alloc(0) }]],
	["a close with a code and a sentence", `88 85 ${mask} ${masked("\x03\xe9bye")}`, [{ type: "close", code: 1001 }]],
	["a close without a code", `88 80 ${mask}`, [{ type: "close", code: undefined }]],
	[
		"a message in pieces with a ping between them (§5.4)",
		`01 83 ${mask} ${masked("Hel")} 89 80 ${mask} 80 82 ${mask} ${masked("lo")}`,
		[{ type: "message" }, { type: "ping", payload: Buffer.alloc(0) }, { type: "message" }],
	],
	[
		"a message of 4096 bytes, then a pong",
		`82 fe 1000 ${mask} ${"00".repeat(4096)} 8a 80 ${mask}`,
		[{ type: "message" }, { type: "pong" }],
	],
];

test.for(conversations)("%s is read, however it is cut", ([, hex, frames]) => {
	const sent = bytes(hex);
	for (const step of [1, 2, 7, 1000].filter((bytesAtOnce) => sent.length / bytesAtOnce < 100)) {
		const reader = new ClientFrameReader();
		const read: object[] = [];
		for (let at = 0; at < sent.length; at += step) read.push(...reader.push(sent.subarray(at, at + step)));
		expect(read).toEqual(frames);
	}
});

test.for([
	["the unmasked text of §5.7", "81 05", 1002, "not masked"],
	["a reserved bit", "c1", 1002, "reserved bit"],
	["an unknown opcode", "83", 1002, "unknown kind 3"],
	["a control frame in pieces", "09", 1002, "in pieces"],
	["a ping of 126 bytes", "89 fe", 1002, "too long"],
	["a continuation of nothing", `80 80 ${mask}`, 1002, "not begun"],
	["a message inside another", `01 80 ${mask} 81 80 ${mask}`, 1002, "inside another"],
	["a length in more bytes than it needs", `82 fe 007d ${mask}`, 1002, "more bytes than it needs"],
	["the same with eight", `82 ff 000000000000ffff ${mask}`, 1002, "more bytes than it needs"],
	["a message of 4097 bytes", `82 fe 1001 ${mask}`, 1009, "4097 bytes"],
	["a message of 2^63 bytes", `82 ff 8000000000000000 ${mask}`, 1009, "bytes"],
	["half a close code", `88 81 ${mask} ${masked("\x03")}`, 1002, "half a code"],
	["a close code that is never sent", `88 82 ${mask} ${masked("\x03\xee")}`, 1002, "1006"],
] as const)("%s is refused with its code", ([, hex, code, words]) => {
	const read = () => new ClientFrameReader().push(bytes(hex));
	expect(read).toThrow(FrameError);
	expect(read).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
});
