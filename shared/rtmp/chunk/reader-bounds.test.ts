import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { hex, pieces } from "../../../test/fixtures/rtmp/captures.ts";
import { ChunkReader, MAX_BUFFERED_BYTES, MAX_CHUNK_STREAMS, MAX_MESSAGE_BYTES } from "./reader.ts";
import { type OutMessage, writeMessage } from "./writer.ts";

const refused = [
	{ reason: "chunk-without-header", hex: "c4" },
	{ reason: "chunk-without-header", hex: "84 000001" },
	{ reason: "chunk-interrupted", hex: `04 000000 000081 09 01000000 ${"aa".repeat(128)} 04 000000 000081 09 01000000` },
	{ reason: "message-size", hex: "04 000000 800001 09 01000000" },
	{ reason: "message-size", hex: "04 000000 ffffff 09 01000000" },
	{ reason: "chunk-size", hex: "02 000000 000004 01 00000000 00000000" },
	{ reason: "chunk-size", hex: "02 000000 000004 01 00000000 80000000" },
	{ reason: "chunk-size", hex: "02 000000 000003 01 00000000 000080" },
	{ reason: "abort", hex: "02 000000 000003 02 00000000 000004" },
];

test.for(refused)("$reason: $hex is refused", (row) => {
	const reader = new ChunkReader();
	expect(() => pieces(hex(row.hex), 1).map((piece) => reader.push(piece))).toThrow(
		expect.objectContaining({ reason: row.reason, name: "ProtocolError" }),
	);
});

const digits = (value: number, count: number) => value.toString(16).padStart(count, "0");
/** The type-0 header (§5.3.1.2.1) of a video message. */
const begin = (chunkStream: number, length: number): Buffer =>
	hex(`${digits(chunkStream, 2)} 000000 ${digits(length, 6)} 09 01000000`);

test("claims of the largest message on every chunk stream cost little memory", () => {
	const reader = new ChunkReader();
	for (let index = 0; index < MAX_CHUNK_STREAMS - 2; index++) {
		reader.push(Buffer.concat([begin(index + 2, MAX_MESSAGE_BYTES), Buffer.alloc(128)]));
	}
	expect(reader.bufferedBytes).toBeLessThan(300_000);
});

test("one chunk stream too many is refused", () => {
	const reader = new ChunkReader();
	const open = (chunkStream: number) => reader.push(hex(`00 ${digits(chunkStream, 2)} 000000 000000 09 01000000`));
	for (let index = 0; index < MAX_CHUNK_STREAMS; index++) open(index);
	expect(() => open(MAX_CHUNK_STREAMS)).toThrow(expect.objectContaining({ reason: "chunk-streams" }));
});

const LARGE_CHUNK = 1024 * 1024;
const largeChunks = hex("02 000000 000004 01 00000000 00100000");

test("two of the largest messages may be under way at once, a third may not", () => {
	const reader = new ChunkReader();
	reader.push(largeChunks);
	const payload = Buffer.alloc(LARGE_CHUNK);
	const chunksOf = (chunkStream: number) => reader.push(Buffer.concat([Buffer.of(0xc0 | chunkStream), payload]));
	for (const chunkStream of [4, 5]) {
		reader.push(Buffer.concat([begin(chunkStream, MAX_MESSAGE_BYTES), payload]));
		for (let sent = 2; sent < MAX_MESSAGE_BYTES / LARGE_CHUNK; sent++) chunksOf(chunkStream);
	}
	expect(reader.bufferedBytes).toBe(MAX_BUFFERED_BYTES);
	expect(() => reader.push(begin(6, MAX_MESSAGE_BYTES))).toThrow(expect.objectContaining({ reason: "buffered-bytes" }));
});

test("aborted messages leave nothing behind", () => {
	const reader = new ChunkReader();
	for (let round = 0; round < 1000; round++) {
		reader.push(Buffer.concat([begin(4, MAX_MESSAGE_BYTES), Buffer.alloc(128)]));
		reader.push(hex("02 000000 000004 02 00000000 00000004"));
		expect(reader.bufferedBytes).toBe(0);
	}
});

test("a reader for strangers takes small messages until it is told to allow more", () => {
	const reader = new ChunkReader(1000);
	expect(() => reader.push(begin(4, 1001))).toThrow(expect.objectContaining({ reason: "message-size" }));
	const other = new ChunkReader(1000);
	other.allow(2000);
	expect(other.push(begin(4, 1001))).toEqual([]);
});

test("chunks of one byte cost time in proportion to their number", () => {
	const reader = new ChunkReader();
	reader.push(hex("02 000000 000004 01 00000000 00000001"));
	const length = 1024 * 1024;
	const chunks = Buffer.alloc(2 * length - 1, 0xc4);
	const started = performance.now();
	const messages = pieces(Buffer.concat([begin(4, length), chunks]), 65_536).flatMap((piece) => reader.push(piece));
	expect(messages.map(({ payload }) => payload.length)).toEqual([length]);
	// About 0.1 s on a slow machine; a cost that grows with the square would be minutes.
	expect(performance.now() - started).toBeLessThan(5000);
});

test("any bytes give messages or a ProtocolError", () => {
	const chunk = fc.tuple(
		fc.constantFrom(0x02, 0x03, 0x04, 0x43, 0x84, 0xc3, 0xc4, 0x00, 0x01),
		fc.uint8Array({ maxLength: 24 }),
	);
	fc.assert(
		fc.property(fc.array(chunk), fc.integer({ min: 1, max: 40 }), (chunks, size) => {
			const reader = new ChunkReader();
			try {
				for (const piece of pieces(Buffer.concat(chunks.flatMap(([first, rest]) => [Buffer.of(first), rest])), size)) {
					reader.push(piece);
				}
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
		{ numRuns: 500 },
	);
});

const outMessage: fc.Arbitrary<OutMessage> = fc.record({
	// 1 and 2 act on the reader and do not come out.
	type: fc.integer({ min: 3, max: 255 }),
	streamId: fc.integer({ min: 0, max: 0xffffffff }),
	timestamp: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0xfffffe, 0xffffff, 0x1000000)),
	payload: fc.uint8Array({ maxLength: 700 }),
	chunkStream: fc.constantFrom(2, 3, 63, 64, 319, 320, 65_599),
});

test("what the writer writes is read back the same, cut anywhere", () => {
	fc.assert(
		fc.property(fc.array(outMessage), fc.integer({ min: 1, max: 900 }), (messages, size) => {
			const parts: Uint8Array[] = [];
			for (const message of messages) writeMessage(message, 128, parts);
			const reader = new ChunkReader();
			const read = pieces(Buffer.concat(parts), size).flatMap((piece) => reader.push(piece));
			expect(read).toEqual(
				messages.map(({ chunkStream: _, payload, ...rest }) => ({ ...rest, payload: Buffer.from(payload) })),
			);
		}),
	);
});
