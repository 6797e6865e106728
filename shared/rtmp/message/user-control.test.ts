import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { hex } from "../../../test/fixtures/rtmp/captures.ts";
import { decodeUserControl, encodeUserControl } from "./user-control.ts";

// RTMP 1.0 §7.1.7
const cases = [
	{ message: { event: "stream-begin", streamId: 1 }, hex: "0000 00000001" },
	{ message: { event: "stream-eof", streamId: 2 }, hex: "0001 00000002" },
	{ message: { event: "stream-dry", streamId: 3 }, hex: "0002 00000003" },
	{ message: { event: "set-buffer-length", streamId: 1, milliseconds: 3000 }, hex: "0003 00000001 00000bb8" },
	{ message: { event: "ping-request", timestamp: 0xfffffffe }, hex: "0006 fffffffe" },
	{ message: { event: "ping-response", timestamp: 5 }, hex: "0007 00000005" },
] as const;

test.for(cases)("$message.event is $hex", (row) => {
	expect(decodeUserControl(hex(row.hex))).toEqual(row.message);
	expect(encodeUserControl(row.message)).toEqual({
		type: 4,
		streamId: 0,
		timestamp: 0,
		chunkStream: 2,
		payload: hex(row.hex),
	});
});

test("events of other numbers are told apart from malformed ones", () => {
	expect(decodeUserControl(hex("001f 00000001"))).toEqual({ event: "other", code: 31 });
	expect(decodeUserControl(hex("001a"))).toEqual({ event: "other", code: 26 });
});

test.for(["", "00", "0000 000000", "0003 00000001 0000", "0006"])("%j is refused", (bytes) => {
	expect(() => decodeUserControl(hex(bytes))).toThrow(
		expect.objectContaining({ name: "ProtocolError", reason: "user-control" }),
	);
});

test("any bytes are an event or a ProtocolError", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
			try {
				expect(decodeUserControl(bytes)).toHaveProperty("event");
			} catch (error) {
				expect(error).toBeInstanceOf(ProtocolError);
			}
		}),
	);
});
