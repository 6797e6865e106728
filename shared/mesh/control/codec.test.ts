import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { ProtocolError } from "#shared/base/errors";
import { decode, encode, MAX_PAYLOAD_BYTES } from "./codec.ts";
import { addStream, alive, gone, registerPage } from "./messages.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const text = (value: string) => (0xa0 + value.length).toString(16) + Buffer.from(value).toString("hex");

// Bytes by the MessagePack specification: fixmap 8x, fixarray 9x, fixstr ax/bx, uint 64 cf, str 8 d9.
test.for([
	{ name: "a map", hex: `81 ${text("incarnation")} ${text("x1")}` },
	{ name: "unknown fields, left out", hex: `82 ${text("later")} 93 01 c0 c3 ${text("incarnation")} ${text("x1")}` },
	{ name: "a field of bytes", hex: `82 ${text("blob")} c4 02 ffff ${text("incarnation")} ${text("x1")}` },
	{ name: "longer forms than needed", hex: `df 00000001 d9 0b ${text("incarnation").slice(2)} da 0002 7831` },
	{
		name: "a key that would change a prototype",
		hex: `82 ${text("__proto__")} 80 ${text("incarnation")} ${text("x1")}`,
	},
])("reads $name", ({ hex }) => {
	expect(decode(gone, bytes(hex))).toEqual({ incarnation: "x1" });
});

test("a 64-bit number is a number", () => {
	const seq = z.object({ seq: z.number() });
	expect(decode(seq, bytes(`81 ${text("seq")} cf 0000000000000007`))).toEqual({ seq: 7 });
});

test.for([
	{ name: "nothing", hex: "", reason: "malformed" },
	{ name: "bytes after the value", hex: "80 80", reason: "malformed" },
	{ name: "a map that ends early", hex: "82 a1 61 01", reason: "malformed" },
	{ name: "an array of four billion", hex: "dd ffffffff", reason: "malformed" },
	{ name: "a map of four billion", hex: "df ffffffff", reason: "malformed" },
	{ name: "a text of four billion", hex: "db ffffffff", reason: "malformed" },
	{ name: "a number as key", hex: "81 01 01", reason: "malformed" },
	{ name: "a map as key", hex: "81 80 01", reason: "malformed" },
	{ name: "the unused type", hex: "c1", reason: "malformed" },
	{ name: "a date (extension -1)", hex: "d6 ff 00000000", reason: "malformed" },
	{ name: "a record definition of msgpackr (extension 0x72)", hex: "d4 72 40 91 a1 61 01", reason: "malformed" },
	{ name: "a set of msgpackr (extension 0x73)", hex: "d4 73 00 91 01", reason: "malformed" },
	{ name: "a regular expression of msgpackr (extension 0x78)", hex: "c7 01 78 92 a1 61 a0", reason: "malformed" },
	{ name: "a reference of msgpackr (extension 0x70)", hex: "d6 70 00000000", reason: "malformed" },
	{ name: "nine arrays in each other", hex: "91 91 91 91 91 91 91 91 91 01", reason: "malformed" },
	{ name: "a record by number", hex: "40", reason: "invalid" },
	{ name: "nil", hex: "c0", reason: "invalid" },
	{ name: "an array", hex: "90", reason: "invalid" },
	{ name: "a missing field", hex: "80", reason: "invalid" },
])("throws $name away", ({ hex, reason }) => {
	expect(() => decode(gone, bytes(hex))).toThrow(expect.objectContaining({ constructor: ProtocolError, reason }));
});

test.for([
	{ name: "more bytes than any message has", payload: Buffer.alloc(MAX_PAYLOAD_BYTES + 1, 0x81), reason: "oversized" },
	{ name: "as many nested arrays as fit", payload: Buffer.alloc(MAX_PAYLOAD_BYTES, 0x91), reason: "malformed" },
	{
		name: "as many empty maps as fit",
		payload: Buffer.concat([bytes("dd 0003fffb"), Buffer.alloc(MAX_PAYLOAD_BYTES - 5, 0x80)]),
		reason: "malformed",
	},
])("$name cost nothing to speak of", ({ payload, reason }) => {
	const before = process.memoryUsage().heapUsed;
	expect(() => decode(registerPage, payload)).toThrow(expect.objectContaining({ reason }));
	expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 1024 * 1024);
});

test("nothing a message carries reaches an object's prototype", () => {
	expect(() => decode(gone, bytes(`81 ${text("__proto__")} 81 ${text("incarnation")} ${text("x1")}`))).toThrow(
		ProtocolError,
	);
	expect(({} as Record<string, unknown>)["incarnation"]).toBeUndefined();
});

test("any bytes give a message or a ProtocolError", () => {
	void fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
			try {
				decode(z.unknown(), payload);
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
		{ numRuns: 2_000 },
	);
});

const plain = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		fc.string(),
		fc.integer(),
		fc.boolean(),
		fc.constant(null),
		fc.array(tie("value"), { maxLength: 5 }),
		fc.dictionary(
			fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
			tie("value"),
			{ maxKeys: 5, noNullPrototype: true },
		),
	),
})).value;

test("what is encoded is read back", () => {
	void fc.assert(
		fc.property(plain, (value) => {
			expect(decode(z.unknown(), encode({ value }))).toEqual({ value });
		}),
	);
});

const node = {
	id: "origin-1",
	role: "origin",
	group: "server1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "x1",
	version: "0.1.0",
};
const stream = { key: "live/a", hops: ["origin-1"], codecs: ["avc1"], since: "2026-01-31T12:00:00.000Z" };

test.for([
	{ name: "an id with a dot", node: { id: "a.b" } },
	{ name: "an id with a wildcard", node: { id: "*" } },
	{ name: "an id of 65 letters", node: { id: "a".repeat(65) } },
	{ name: "an unknown role", node: { role: "king" } },
	{ name: "a URL of another scheme", node: { rtmp: "file:///etc/passwd" } },
	{ name: "a URL with a line break", node: { http: "http://a\r\nb" } },
	{ name: "a URL of 300 bytes", node: { http: `http://${"a".repeat(300)}` } },
	{ name: "a label with control characters", node: { group: "a\u001b[2J" } },
	{ name: "no incarnation", node: { incarnation: undefined } },
])("refuses a node with $name", ({ node: wrong }) => {
	const message = { node: { ...node, ...wrong }, seq: 1, streams: 0, load: 0, draining: false };
	expect(() => decode(alive, encode(message))).toThrow(ProtocolError);
});

test.for([
	{ name: "a key of one part", stream: { key: "live" } },
	{ name: "seventeen hops", stream: { hops: Array.from({ length: 17 }, () => "a") } },
	{ name: "seventeen codecs", stream: { codecs: Array.from({ length: 17 }, () => "a") } },
	{ name: "local time", stream: { since: "2026-01-31T12:00:00+01:00" } },
])("refuses a stream with $name", ({ stream: wrong }) => {
	const message = { incarnation: "x1", seq: 1, stream: { ...stream, ...wrong } };
	expect(() => decode(addStream, encode(message))).toThrow(ProtocolError);
});

test.for([-1, 1.5, Number.NaN, "1", null])("refuses the seq %s", (seq) => {
	expect(() => decode(addStream, encode({ incarnation: "x1", seq, stream }))).toThrow(ProtocolError);
});
