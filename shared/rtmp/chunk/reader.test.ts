import { expect, test } from "vitest";
import { hex, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { ChunkReader } from "./reader.ts";

const bytes = (byte: string, count: number) => byte.repeat(count);
/** Message of one chunk on chunk stream 3 with four bytes of payload. */
const header = (chunkStream: string, length: string, type = "08") => `${chunkStream} 000000 ${length} ${type} 01000000`;

type Case = {
	name: string;
	hex: string;
	messages: [type: number, streamId: number, timestamp: number, payload: string][];
};

const cases: Case[] = [
	{
		name: "four audio messages, types 0, 2, 3, 3 (§5.3.2.1)",
		hex: `03 0003e8 000020 08 39300000 ${bytes("a1", 32)} 83 000014 ${bytes("a2", 32)} c3 ${bytes("a3", 32)} c3 ${bytes("a4", 32)}`,
		messages: [
			[8, 12345, 1000, bytes("a1", 32)],
			[8, 12345, 1020, bytes("a2", 32)],
			[8, 12345, 1040, bytes("a3", 32)],
			[8, 12345, 1060, bytes("a4", 32)],
		],
	},
	{
		name: "one video message of 307 bytes in three chunks (§5.3.2.2)",
		hex: `04 0003e8 000133 09 3a300000 ${bytes("b1", 128)} c4 ${bytes("b2", 128)} c4 ${bytes("b3", 51)}`,
		messages: [[9, 12346, 1000, bytes("b1", 128) + bytes("b2", 128) + bytes("b3", 51)]],
	},
	{
		name: "type 1 keeps the message stream and changes length and type",
		hex: "05 000064 000001 08 07000000 aa 45 00000a 000002 09 bbcc",
		messages: [
			[8, 7, 100, "aa"],
			[9, 7, 110, "bbcc"],
		],
	},
	{
		name: "type 3 behind type 0 repeats its timestamp as the delta (§5.3.1.2.4)",
		hex: "05 000064 000001 08 07000000 aa c5 bb",
		messages: [
			[8, 7, 100, "aa"],
			[8, 7, 200, "bb"],
		],
	},
	{
		name: "librtmp opens chunk stream 2 with type 1",
		hex: "42 000000 000004 05 004c4b40 42 000001 000001 08 aa",
		messages: [
			[5, 0, 0, "004c4b40"],
			[8, 0, 1, "aa"],
		],
	},
	{
		name: "chunk streams 64 and 320",
		hex: "00 00 000001 000001 08 01000000 aa 01 00 01 000002 000001 09 01000000 bb",
		messages: [
			[8, 1, 1, "aa"],
			[9, 1, 2, "bb"],
		],
	},
	{
		name: "messages of no bytes, also of type 3, also as the last thing that arrives",
		hex: "04 000005 000000 09 01000000 c4 84 000001",
		messages: [
			[9, 1, 5, ""],
			[9, 1, 10, ""],
			[9, 1, 11, ""],
		],
	},
	{
		name: "interleaved chunk streams",
		hex: `${header("04", "000082", "09")} ${bytes("c1", 128)} ${header("06", "000081")} ${bytes("d1", 128)} c4 c2c2 c6 d2`,
		messages: [
			[9, 1, 0, `${bytes("c1", 128)}c2c2`],
			[8, 1, 0, `${bytes("d1", 128)}d2`],
		],
	},
	{
		name: "a chunk size in the middle of another message counts from the next chunk (§5.4.1)",
		hex: `${header("04", "000085", "09")} ${bytes("c1", 128)} 02 000000 000004 01 00000000 00000002 c4 c2c2 c4 c3c3 c4 c4`,
		messages: [[9, 1, 0, `${bytes("c1", 128)}c2c2c3c3c4`]],
	},
	{
		name: "a chunk size beyond any message",
		hex: `02 000000 000004 01 00000000 7fffffff ${header("04", "0000c8")} ${bytes("aa", 200)}`,
		messages: [[8, 1, 0, bytes("aa", 200)]],
	},
	{
		name: "abort drops the part that arrived (§5.4.2)",
		hex: `${header("04", "000082", "09")} ${bytes("c1", 128)} 02 000000 000004 02 00000000 00000004 04 000009 000001 09 01000000 ee`,
		messages: [[9, 1, 9, "ee"]],
	},
	{
		name: "abort of an idle and of an unknown chunk stream does nothing",
		hex: `02 000000 000004 02 00000000 00000002 c2 00000063 ${header("04", "000001")} ee`,
		messages: [[8, 1, 0, "ee"]],
	},
	{
		name: "timestamp 0xfffffe is the last without the extended field",
		hex: "04 fffffe 000001 08 01000000 aa",
		messages: [[8, 1, 0xfffffe, "aa"]],
	},
	{
		name: "extended timestamp on type 0, continued by type 3 that carries it again (§5.3.1.3)",
		hex: `04 ffffff 000081 09 01000000 00ffffff ${bytes("aa", 128)} c4 00ffffff bb`,
		messages: [[9, 1, 0xffffff, `${bytes("aa", 128)}bb`]],
	},
	{
		name: "extended timestamp that type 3 does not carry again, as nginx-rtmp sends with play_time_fix off",
		hex: `04 ffffff 000085 09 01000000 01020304 ${bytes("aa", 128)} c4 b1b2b3b4b5`,
		messages: [[9, 1, 0x01020304, `${bytes("aa", 128)}b1b2b3b4b5`]],
	},
	{
		name: "extended delta, and a type 3 that begins a message with it; the sum wraps at 32 bits",
		hex: "04 ffffff 000001 08 01000000 fe000000 aa 84 ffffff 01000001 bb c4 01000001 cc 84 000002 dd",
		messages: [
			[8, 1, 0xfe000000, "aa"],
			[8, 1, 0xff000001, "bb"],
			[8, 1, 2, "cc"],
			[8, 1, 4, "dd"],
		],
	},
];

const read = (input: Buffer[]) => {
	const reader = new ChunkReader();
	const messages = input.flatMap((piece) => reader.push(piece));
	expect(reader.bufferedBytes).toBe(0);
	return messages.map(({ type, streamId, timestamp, payload }) => [
		type,
		streamId,
		timestamp,
		Buffer.from(payload).toString("hex"),
	]);
};

test.for(cases)("$name", (row) => {
	const input = hex(row.hex);
	for (const size of [1, 2, 5, 130, input.length]) expect(read(pieces(input, size))).toEqual(row.messages);
});

test("a message does not change when the bytes it was read from do", () => {
	const input = hex(`${header("04", "000002")} aabb`);
	const [message] = new ChunkReader().push(input);
	input.fill(0);
	expect(message?.payload).toEqual(hex("aabb"));
});
