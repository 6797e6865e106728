import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";
import { readFlv } from "./file.ts";
import { FlvReader, type FlvTag } from "./reader.ts";
import { encodeFlvTag, FLV_HEADER, flvTagHead, flvTagTail } from "./tag.ts";
import { unwrapTime } from "./unwrap-time.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const HEADER = "464c5601 05 00000009 00000000";

/** FLV §E.4.1: type, size, time, time's upper byte, stream id; the payload; PreviousTagSize. */
const tags: { name: string; kind: TrackKind; time: number; payload: string; bytes: string }[] = [
	{ name: "audio", kind: "audio", time: 0, payload: "af01", bytes: "08 000002 000000 00 000000 af01 0000000d" },
	{ name: "video", kind: "video", time: 0x123456, payload: "27", bytes: "09 000001 123456 00 000000 27 0000000c" },
	{ name: "data", kind: "data", time: 1, payload: "", bytes: "12 000000 000001 00 000000 0000000b" },
	{
		name: "long time",
		kind: "video",
		time: 0xfedcba98,
		payload: "27",
		bytes: "09 000001 dcba98 fe 000000 27 0000000c",
	},
];

const toPacket = (kind: TrackKind, time: number, payload: Uint8Array): MediaPacket => ({
	kind,
	role: "frame",
	time,
	payload,
});
const plain = ({ kind, time, payload }: FlvTag) => ({ kind, time, payload: Buffer.from(payload).toString("hex") });
const pushAll = (pieces: Iterable<Uint8Array>): FlvTag[] => {
	const reader = new FlvReader();
	return [...pieces].flatMap((piece) => reader.push(piece));
};

test.for(tags)("encodes a tag: $name", ({ kind, time, payload, bytes }) => {
	const packet = toPacket(kind, time, hex(payload));
	expect(encodeFlvTag(packet).toString("hex")).toBe(hex(bytes).toString("hex"));
	expect(Buffer.concat([flvTagHead(packet), packet.payload, flvTagTail(packet)]).equals(hex(bytes))).toBe(true);
});

test.for(tags)("reads a tag: $name", ({ kind, time, payload, bytes }) => {
	expect(pushAll([hex(HEADER + bytes)]).map(plain)).toEqual([{ kind, time, payload }]);
});

test("the header announces audio and video", () => {
	expect(Buffer.from(FLV_HEADER).toString("hex")).toBe(hex(HEADER).toString("hex"));
});

test("a time past 2^32 goes on the wire modulo 2^32", () => {
	const head = flvTagHead(toPacket("audio", 2 ** 32 * 3 + 5, hex("af01")));
	expect(head.toString("hex")).toBe("0800000200000500000000");
});

test.for([1, 2, 3, 7, 11, 16, 1000])("the same tags when bytes come %i at a time", (step) => {
	const bytes = hex(HEADER + tags.map((tag) => tag.bytes).join(""));
	const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
		bytes.subarray(index * step, (index + 1) * step),
	);
	expect(pushAll(pieces).map(plain)).toEqual(tags.map(({ kind, time, payload }) => ({ kind, time, payload })));
});

test("a longer file header and tags of unknown type are skipped", () => {
	const bytes = `464c5601 05 0000000b aabb 00000000 0f 000001 000000 00 000000 ff 0000000c ${tags[0]?.bytes}`;
	expect(pushAll([hex(bytes)]).map(plain)).toEqual([{ kind: "audio", time: 0, payload: "af01" }]);
});

const malformed = [
	{ name: "another file", bytes: "1a45dfa3 01 00000009", reason: "flv-signature" },
	{ name: "a header too short", bytes: "464c5601 05 00000008", reason: "flv-signature" },
	{ name: "a header too long", bytes: "464c5601 05 00ffffff", reason: "flv-signature" },
	{ name: "reserved bits in a type", bytes: `${HEADER} 48 000001 000000 00 000000`, reason: "flv-tag" },
	{ name: "a stream id", bytes: `${HEADER} 08 000001 000000 00 000001`, reason: "flv-tag" },
];

test.for(malformed)("refuses $name as $reason", ({ bytes, reason }) => {
	expect(() => new FlvReader().push(hex(bytes))).toThrow(ProtocolError);
	expect(() => new FlvReader().push(hex(bytes))).toThrow(expect.objectContaining({ reason }));
});

test("tags already given out do not change with what comes later", () => {
	const reader = new FlvReader();
	const first = reader.push(hex(`${HEADER} ${tags[0]?.bytes} 09 000001`));
	reader.push(hex("123456 00 000000 27 0000000c"));
	expect(first.map(plain)).toEqual([{ kind: "audio", time: 0, payload: "af01" }]);
});

test("any bytes, cut anywhere, give the same tags or the same ProtocolError", () => {
	const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
	fc.assert(
		fc.property(fc.boolean(), pieces, (isFlv, rest) => {
			const all = isFlv ? [FLV_HEADER, ...rest] : rest;
			expect(outcome(all)).toEqual(outcome([Buffer.concat(all)]));
		}),
		{ numRuns: 2000 },
	);
});

test("packets written are the packets read, cut anywhere", () => {
	const packet = fc.record({
		kind: fc.constantFrom<TrackKind>("audio", "video", "data"),
		time: fc.nat(0xffffffff),
		payload: fc.uint8Array({ maxLength: 64 }),
	});
	fc.assert(
		fc.property(fc.array(packet), fc.integer({ min: 1, max: 100 }), (packets, step) => {
			const bytes = Buffer.concat([FLV_HEADER, ...packets.map((one) => encodeFlvTag({ ...one, role: "frame" }))]);
			const reader = new FlvReader();
			const read: FlvTag[] = [];
			for (let at = 0; at < bytes.length; at += step) read.push(...reader.push(bytes.subarray(at, at + step)));
			expect(read.map(plain)).toEqual(packets.map(plain));
		}),
	);
});

test.for([
	{ previous: undefined, wire: 7, time: 7 },
	{ previous: 10, wire: 20, time: 20 },
	{ previous: 20, wire: 10, time: 10 },
	{ previous: 0xfffffff0, wire: 0x10, time: 2 ** 32 + 0x10 },
	{ previous: 2 ** 32 + 0x10, wire: 0xfffffff0, time: 0xfffffff0 },
	{ previous: 5 * 2 ** 32 - 1, wire: 0, time: 5 * 2 ** 32 },
])("$wire after $previous is $time", ({ previous, wire, time }) => {
	expect(unwrapTime(previous, wire)).toBe(time);
});

test("a file's packets have unwrapped times and roles, and data without @setDataFrame", () => {
	const file = [
		"12 00001d 000000 00 000000 02 000d 40736574446174614672616d65 02 000a 6f6e4d65746144617461 00000028",
		"12 000012 000000 00 000000 02 000f 40636c656172446174614672616d65 0000001d",
		"09 000006 fffff0 ff 000000 17 01 000000 00 00000011",
		"08 000003 000010 00 000000 af 01 00 0000000e",
		"09 000006 000020 00 000000 27 01",
	];
	expect(readFlv(hex(HEADER + file.join(""))).map(({ kind, role, time }) => ({ kind, role, time }))).toEqual([
		{ kind: "data", role: "metadata", time: 0 },
		{ kind: "video", role: "keyframe", time: -16 },
		{ kind: "audio", role: "frame", time: 16 },
	]);
});

function outcome(pieces: Uint8Array[]): unknown {
	const reader = new FlvReader();
	const read: object[] = [];
	try {
		for (const piece of pieces) read.push(...reader.push(piece).map(plain));
		return read;
	} catch (error) {
		if (error instanceof ProtocolError) return error.reason;
		throw error;
	}
}
