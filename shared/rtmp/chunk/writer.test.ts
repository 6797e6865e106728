import { expect, test } from "vitest";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { type OutMessage, writeMessage } from "./writer.ts";

const bytes = (byte: string, count: number) => byte.repeat(count);

const cases: { name: string; message: Omit<OutMessage, "payload">; payload: string; chunkSize: number; hex: string }[] =
	[
		{
			name: "an audio message in one chunk (§5.3.2.1)",
			message: { type: 8, streamId: 12345, timestamp: 1000, chunkStream: 3 },
			payload: bytes("a1", 32),
			chunkSize: 128,
			hex: `03 0003e8 000020 08 39300000 ${bytes("a1", 32)}`,
		},
		{
			name: "a video message of 307 bytes in three chunks (§5.3.2.2)",
			message: { type: 9, streamId: 12346, timestamp: 1000, chunkStream: 4 },
			payload: bytes("b1", 307),
			chunkSize: 128,
			hex: `04 0003e8 000133 09 3a300000 ${bytes("b1", 128)} c4 ${bytes("b1", 128)} c4 ${bytes("b1", 51)}`,
		},
		{
			name: "a payload of exactly one chunk",
			message: { type: 9, streamId: 1, timestamp: 0, chunkStream: 6 },
			payload: bytes("cc", 128),
			chunkSize: 128,
			hex: `06 000000 000080 09 01000000 ${bytes("cc", 128)}`,
		},
		{
			name: "no payload",
			message: { type: 9, streamId: 1, timestamp: 7, chunkStream: 6 },
			payload: "",
			chunkSize: 128,
			hex: "06 000007 000000 09 01000000",
		},
		{
			name: "the last timestamp that fits",
			message: { type: 8, streamId: 1, timestamp: 0xfffffe, chunkStream: 4 },
			payload: "aa",
			chunkSize: 128,
			hex: "04 fffffe 000001 08 01000000 aa",
		},
		{
			name: "an extended timestamp, again on type 3 (§5.3.1.3)",
			message: { type: 8, streamId: 1, timestamp: 0xffffff, chunkStream: 64 },
			payload: "aabbcc",
			chunkSize: 2,
			hex: "0000 ffffff 000003 08 01000000 00ffffff aabb c000 00ffffff cc",
		},
		{
			name: "a chunk stream of three bytes",
			message: { type: 8, streamId: 1, timestamp: 1, chunkStream: 65_599 },
			payload: "aabb",
			chunkSize: 1,
			hex: "01ffff 000001 000002 08 01000000 aa c1ffff bb",
		},
	];

test.for(cases)("$name", ({ message, payload, chunkSize, hex: expected }) => {
	const into: Uint8Array[] = [];
	writeMessage({ ...message, payload: hex(payload) }, chunkSize, into);
	expect(Buffer.concat(into)).toEqual(hex(expected));
});

test("payload goes out as views", () => {
	const payload = Buffer.alloc(300);
	const into: Uint8Array[] = [];
	writeMessage({ type: 9, streamId: 1, timestamp: 0, chunkStream: 6, payload }, 128, into);
	expect(into.filter((part) => part.buffer === payload.buffer).map((part) => part.length)).toEqual([128, 128, 44]);
});
