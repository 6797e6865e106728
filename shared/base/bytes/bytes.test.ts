import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

const cases = [
	{ unit: "u8", value: 0xfe, hex: "fe" },
	{ unit: "u16", value: 0x0102, hex: "0102" },
	{ unit: "u24", value: 0xfffefd, hex: "fffefd" },
	{ unit: "u32", value: 0xfffefdfc, hex: "fffefdfc" },
	{ unit: "u32le", value: 1, hex: "01000000" },
	{ unit: "f64", value: 3, hex: "4008000000000000" },
	{ unit: "f64", value: -0.5, hex: "bfe0000000000000" },
] as const;

test.for(cases)("$unit reads $hex", ({ unit, value, hex }) => {
	const reader = new ByteReader(Buffer.from(hex, "hex"));
	expect(reader[unit]()).toBe(value);
	expect(reader.remaining).toBe(0);
});

test.for(cases)("$unit writes $hex", ({ unit, value, hex }) => {
	expect(new ByteWriter()[unit](value).finish().toString("hex")).toBe(hex);
});

test.for(cases)("$unit refuses $hex cut short", ({ unit, hex }) => {
	const reader = new ByteReader(Buffer.from(hex, "hex").subarray(1));
	expect(() => reader[unit]()).toThrow(expect.objectContaining({ reason: "truncated" }));
	expect(reader.remaining).toBe(hex.length / 2 - 1);
});

test("bytes are a view, text is UTF-8, skip moves on", () => {
	const source = Buffer.from("00c3a97a0102", "hex");
	const reader = new ByteReader(source.subarray(1));
	expect(reader.text(3)).toBe("éz");
	const view = reader.bytes(1);
	source[4] = 9;
	expect([...view]).toEqual([9]);
	expect(reader.peek()).toBe(2);
	reader.skip(1);
	expect(reader.remaining).toBe(0);
	expect(reader.peek()).toBeUndefined();
	for (const read of [() => reader.bytes(1), () => reader.text(1), () => reader.skip(1)]) {
		expect(read).toThrow(ProtocolError);
	}
});

test("a writer that starts too small grows and keeps what it has", () => {
	const writer = new ByteWriter(1).u8(1).u16(0x0203).u24(0x040506).u32(0x0708090a).text("é");
	writer.bytes(Buffer.alloc(1000, 7));
	const bytes = writer.finish();
	expect(bytes.subarray(0, 12).toString("hex")).toBe("0102030405060708090ac3a9");
	expect(bytes.subarray(12).equals(Buffer.alloc(1000, 7))).toBe(true);
});

test("pieces written are the pieces read", () => {
	fc.assert(
		fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
			const writer = new ByteWriter(0);
			for (const piece of pieces) writer.u8(piece.length).bytes(piece);
			const reader = new ByteReader(writer.finish());
			for (const piece of pieces) expect([...reader.bytes(reader.u8())]).toEqual([...piece]);
			expect(reader.remaining).toBe(0);
		}),
	);
});
