import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { splitAggregate } from "./aggregate.ts";

const split = (payload: Buffer, timestamp = 1000) => splitAggregate({ type: 22, streamId: 3, timestamp, payload });
const shown = (payload: string, timestamp?: number) =>
	split(hex(payload), timestamp).map((part) => [
		part.type,
		part.streamId,
		part.timestamp,
		Buffer.from(part.payload).toString("hex"),
	]);

// RTMP 1.0 §7.1.6: parts as FLV tags: type, size, time with its high byte last, stream id, payload, back pointer.
const two = "09 000002 000064 00 000000 aabb 0000000d 08 000001 000078 00 000000 cc 0000000c";

test("times count from the aggregate's, streams are the aggregate's", () => {
	expect(shown(two)).toEqual([
		[9, 3, 1000, "aabb"],
		[8, 3, 1020, "cc"],
	]);
});

test("the fourth byte of a time is its highest, and times wrap", () => {
	expect(shown("08 000000 fffff0 ff 000000 0000000b 08 000000 000010 00 000000 0000000b", 0xfffffff8)).toEqual([
		[8, 3, 0xfffffff8, ""],
		[8, 3, 0x18, ""],
	]);
});

test("the last back pointer may be missing, and there may be no parts", () => {
	expect(shown(two.slice(0, -9))).toHaveLength(2);
	expect(shown("")).toEqual([]);
});

test.for([
	{ what: "a header cut short", hex: "09 000002 000064 00" },
	{ what: "a payload cut short", hex: "09 000002 000064 00 000000 aa" },
	{ what: "an aggregate inside", hex: "16 000000 000000 00 000000 0000000b" },
	{ what: "more parts than anyone gathers", hex: "08 000000 000000 00 000000 0000000b".repeat(1025) },
])("$what is refused", (row) => {
	expect(() => split(hex(row.hex))).toThrow(expect.objectContaining({ name: "ProtocolError", reason: "aggregate" }));
});

test("any bytes are messages or a ProtocolError", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, timestamp) => {
			try {
				for (const part of split(Buffer.from(bytes), timestamp)) expect(part.timestamp).toBe(part.timestamp >>> 0);
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
	);
});
