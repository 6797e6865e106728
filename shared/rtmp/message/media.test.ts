import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { decodeMedia, MediaUnwrapper, writeMedia } from "./media.ts";

const utf8 = (text: string) => Buffer.from(text).toString("hex");
const written = (packet: MediaPacket, streamId = 1): Uint8Array[] => {
	const into: Uint8Array[] = [];
	writeMedia(packet, streamId, into);
	return into;
};
const video = (time: number, payload: Buffer): MediaPacket => ({ kind: "video", role: "frame", time, payload });
const SMALL = hex("2701");

test.for([
	{ name: "time zero", time: 0, header: "06 000000 000002 09 01000000" },
	{ name: "the last time of three bytes", time: 0xfffffe, header: "06 fffffe 000002 09 01000000" },
	{ name: "the first extended time", time: 0xffffff, header: "06 ffffff 000002 09 01000000 00ffffff" },
	{ name: "a time beyond three bytes", time: 0x12345678, header: "06 ffffff 000002 09 01000000 12345678" },
	{ name: "the last time of 32 bits", time: 2 ** 32 - 1, header: "06 ffffff 000002 09 01000000 ffffffff" },
	{ name: "a time beyond 32 bits", time: 2 ** 32 + 5, header: "06 000005 000002 09 01000000" },
	{ name: "a time far beyond", time: 3 * 2 ** 32 + 0x1000000, header: "06 ffffff 000002 09 01000000 01000000" },
])("$name", ({ time, header }) => {
	expect(Buffer.concat(written(video(time, SMALL)))).toEqual(hex(`${header} 2701`));
});

test.for([
	{ kind: "audio", header: "04 000007 000002 08 05000000" },
	{ kind: "video", header: "06 000007 000002 09 05000000" },
	{ kind: "data", header: "05 000007 000002 12 05000000" },
] as const)("$kind has its own message type and chunk stream", ({ kind, header }) => {
	expect(Buffer.concat(written({ kind, role: "other", time: 7, payload: SMALL }, 5))).toEqual(hex(`${header} 2701`));
});

test("a payload of 65536 bytes is one chunk, a larger one is cut, and neither is copied", () => {
	const whole = Buffer.alloc(65_536, 0xaa);
	expect(written(video(0, whole)).map((part) => part.length)).toEqual([12, 65_536]);
	const large = Buffer.alloc(65_536 * 2 + 1, 0xaa);
	const parts = written(video(0x1000000, large));
	expect(parts.map((part) => part.length)).toEqual([16, 65_536, 5, 65_536, 5, 1]);
	expect(parts[0]).toEqual(hex("06 ffffff 020001 09 01000000 01000000"));
	expect(parts[2]).toEqual(hex("c6 01000000"));
	expect([1, 3, 5].every((index) => parts[index]?.buffer === large.buffer)).toBe(true);
});

const onMetaData = `02 000a ${utf8("onMetaData")} 08 00000000 000009`;
const decoded = (type: number, payload: string) =>
	decodeMedia({ type, streamId: 1, timestamp: 9, payload: hex(payload) });

test.for([
	{ name: "audio", type: 8, payload: "af01", kind: "audio", expected: "af01" },
	{ name: "video", type: 9, payload: "1701", kind: "video", expected: "1701" },
	{ name: "an empty frame", type: 9, payload: "", kind: "video", expected: "" },
	{ name: "metadata as a server sends it", type: 18, payload: onMetaData, kind: "data", expected: onMetaData },
	{
		name: "metadata as an encoder sends it",
		type: 18,
		payload: `02 000d ${utf8("@setDataFrame")} ${onMetaData}`,
		kind: "data",
		expected: onMetaData,
	},
	{
		name: "metadata in an AMF3 message",
		type: 15,
		payload: `00 02 000d ${utf8("@setDataFrame")} ${onMetaData}`,
		kind: "data",
		expected: onMetaData,
	},
] as const)("$name", ({ type, payload, kind, expected }) => {
	expect(decoded(type, payload)).toEqual({ kind, streamId: 1, timestamp: 9, payload: hex(expected) });
});

test("what is no media, or says that there is no metadata, is left out", () => {
	expect(decoded(16, "00")).toBeUndefined();
	expect(decoded(15, "")).toBeUndefined();
	expect(decoded(18, `02 000f ${utf8("@clearDataFrame")} 02 000a ${utf8("onMetaData")}`)).toBeUndefined();
});

test.for([
	{ name: "in order", wire: [0, 40, 80], times: [0, 40, 80] },
	{ name: "audio a little behind video", wire: [100, 90, 130], times: [100, 90, 130] },
	{ name: "over the wrap", wire: [0xfffffff0, 8, 0x10], times: [0xfffffff0, 2 ** 32 + 8, 2 ** 32 + 16] },
	{
		name: "back and forth at the wrap",
		wire: [0xfffffff0, 8, 0xfffffffa, 9],
		times: [2 ** 32 - 16, 2 ** 32 + 8, 2 ** 32 - 6, 2 ** 32 + 9],
	},
	{
		name: "over the second wrap",
		wire: [0, 2 ** 31 - 1, 2 ** 32 - 2, 5, 2 ** 31, 2 ** 32 - 1, 1],
		times: [0, 2 ** 31 - 1, 2 ** 32 - 2, 2 ** 32 + 5, 2 ** 32 + 2 ** 31, 2 ** 33 - 1, 2 ** 33 + 1],
	},
	{ name: "never below zero", wire: [5, 0xfffffff0], times: [5, 0xfffffff0] },
])("times unwrap: $name", ({ wire, times }) => {
	const unwrapper = new MediaUnwrapper();
	const message = { kind: "video", streamId: 1, payload: SMALL } as const;
	expect(wire.map((timestamp) => unwrapper.packet({ ...message, timestamp }).time)).toEqual(times);
});
