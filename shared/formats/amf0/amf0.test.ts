import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "#shared/base/errors";
import { decodeAmf0 } from "./decode.ts";
import { encodeAmf0 } from "./encode.ts";
import { type Amf0Value, EcmaArray, isAmf0Object } from "./value.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Both directions. Bytes are laid out by hand from AMF0 §2. */
const values: { name: string; value: Amf0Value | EcmaArray; bytes: string; decoded?: Amf0Value }[] = [
	{ name: "number", value: 1, bytes: "00 3ff0000000000000" },
	{ name: "negative number", value: -1.5, bytes: "00 bff8000000000000" },
	{ name: "true", value: true, bytes: "01 01" },
	{ name: "false", value: false, bytes: "01 00" },
	{ name: "string", value: "live", bytes: "02 0004 6c697665" },
	{ name: "empty string", value: "", bytes: "02 0000" },
	{ name: "UTF-8 string", value: "é", bytes: "02 0002 c3a9" },
	{ name: "null", value: null, bytes: "05" },
	{ name: "undefined", value: undefined, bytes: "06" },
	{ name: "empty object", value: {}, bytes: "03 0000 09" },
	{ name: "object", value: { a: true, b: null }, bytes: "03 0001 61 0101 0001 62 05 0000 09" },
	{ name: "nested object", value: { o: { x: "y" } }, bytes: "03 0001 6f 03 0001 78 02 0001 79 0000 09 0000 09" },
	{ name: "strict array", value: [1, "a"], bytes: "0a 00000002 00 3ff0000000000000 02 0001 61" },
	{ name: "date", value: new Date(1000), bytes: "0b 408f400000000000 0000" },
	{
		name: "ECMA array",
		value: new EcmaArray({ width: 2 }),
		decoded: { width: 2 },
		bytes: "08 00000001 0005 7769647468 00 4000000000000000 0000 09",
	},
];

test.for(values)("decodes $name", ({ value, decoded, bytes }) => {
	expect(decodeAmf0(hex(bytes))).toEqual([decoded ?? value]);
});

test.for(values)("encodes $name", ({ value, bytes }) => {
	expect(encodeAmf0(value).toString("hex")).toBe(hex(bytes).toString("hex"));
});

const onlyDecoded: { name: string; bytes: string; value: Amf0Value }[] = [
	{ name: "ECMA array whose count is zero", bytes: "08 00000000 0001 61 0101 0000 09", value: { a: true } },
	{ name: "typed object", bytes: "10 0003 466f6f 0001 61 0101 0000 09", value: { a: true } },
	{ name: "long string", bytes: "0c 00000002 6869", value: "hi" },
	{ name: "XML document", bytes: "0f 00000004 3c612f3e", value: "<a/>" },
	{ name: "unsupported", bytes: "0d", value: undefined },
	{ name: "property with an empty name", bytes: "03 0000 0101 0000 09", value: { "": true } },
	{ name: "date with a time zone", bytes: "0b 0000000000000000 ffc4", value: new Date(0) },
	{ name: "AMF3 undefined", bytes: "11 00", value: undefined },
	{ name: "AMF3 null", bytes: "11 01", value: null },
	{ name: "AMF3 false", bytes: "11 02", value: false },
	{ name: "AMF3 true", bytes: "11 03", value: true },
	{ name: "AMF3 integer of one byte", bytes: "11 04 7f", value: 127 },
	{ name: "AMF3 integer of two bytes", bytes: "11 04 8100", value: 128 },
	{ name: "AMF3 integer of three bytes", bytes: "11 04 ffff7f", value: 0x1fffff },
	{ name: "AMF3 integer of four bytes", bytes: "11 04 bfffffff", value: 0xfffffff },
	{ name: "AMF3 negative integer", bytes: "11 04 ffffffff", value: -1 },
	{ name: "AMF3 double", bytes: "11 05 3fe0000000000000", value: 0.5 },
	{ name: "AMF3 string", bytes: "11 06 09 6c697665", value: "live" },
	{ name: "AMF3 XML", bytes: "11 0b 09 3c612f3e", value: "<a/>" },
	{ name: "AMF3 date", bytes: "11 08 01 408f400000000000", value: new Date(1000) },
	{ name: "AMF3 array", bytes: "11 09 05 01 04 01 03", value: [1, true] },
	{ name: "AMF3 array with names", bytes: "11 09 03 03 61 03 01 02", value: { a: true, 0: false } },
	{ name: "AMF3 object", bytes: "11 0a 0b 01 03 61 04 05 01", value: { a: 5 } },
	{ name: "AMF3 sealed object", bytes: "11 0a 13 03 46 03 61 04 05", value: { a: 5 } },
	{
		name: "AMF3 objects that share traits and strings",
		bytes: "11 09 05 01 0a 13 03 46 03 61 06 02 0a 01 06 00",
		value: [{ a: "a" }, { a: "F" }],
	},
];

test.for(onlyDecoded)("decodes $name", ({ bytes, value }) => {
	expect(decodeAmf0(hex(bytes))).toEqual([value]);
});

const malformed = [
	{ name: "movie clip", bytes: "04", reason: "amf0-marker" },
	{ name: "record set", bytes: "0e", reason: "amf0-marker" },
	{ name: "unknown marker", bytes: "7f", reason: "amf0-marker" },
	{ name: "object end without an object", bytes: "09", reason: "amf0-marker" },
	{ name: "reference", bytes: "07 0000", reason: "amf0-reference" },
	{ name: "object without an end", bytes: "03 0001 61 0101", reason: "truncated" },
	{ name: "string cut short", bytes: "02 0004 6c6976", reason: "truncated" },
	{ name: "array of four billion", bytes: "0a ffffffff", reason: "truncated" },
	{ name: "huge long string", bytes: "0c 00010001", reason: "amf0-string" },
	{ name: "deep nesting", bytes: "0a00000001".repeat(100), reason: "amf-depth" },
	{ name: "too many values", bytes: "05".repeat(5000), reason: "amf-values" },
	{ name: "AMF3 byte array", bytes: "11 0c 03 00", reason: "amf3-marker" },
	{ name: "AMF3 externalizable object", bytes: "11 0a 07 03 46", reason: "amf3-marker" },
	{ name: "AMF3 object reference", bytes: "11 0a 00", reason: "amf3-reference" },
	{ name: "AMF3 string reference to nothing", bytes: "11 06 00", reason: "amf3-reference" },
	{ name: "AMF3 traits reference to nothing", bytes: "11 0a 01", reason: "amf3-reference" },
	{ name: "AMF3 deep nesting", bytes: `11${"090301".repeat(100)}`, reason: "amf-depth" },
	{ name: "AMF3 traits with too many names", bytes: `11 0a ffff7b 01${"01".repeat(5000)}`, reason: "amf-values" },
];

test.for(malformed)("refuses $name as $reason", ({ bytes, reason }) => {
	expect(() => decodeAmf0(hex(bytes))).toThrow(ProtocolError);
	expect(() => decodeAmf0(hex(bytes))).toThrow(expect.objectContaining({ reason }));
});

const PLAYER = { fpad: false, capabilities: 15, videoCodecs: 252, videoFunction: 1 };

/** Captured from each program's first message; only the port is made the same in all. */
const captured: { name: string; bytes: string; values: Amf0Value[] }[] = [
	{
		name: "ffmpeg 5.1 publishing",
		bytes:
			"020007636f6e6e656374003ff00000000000000300036170700200046c69766500047479706502000a6e6f6e707269766174650008666c61736856657202" +
			"0024464d4c452f332e302028636f6d70617469626c653b204c61766635392e32372e313030290005746355726c02001b72746d703a2f2f3132372e302e30" +
			"2e313a35393537372f6c697665000009",
		values: [
			"connect",
			1,
			{
				app: "live",
				type: "nonprivate",
				flashVer: "FMLE/3.0 (compatible; Lavf59.27.100)",
				tcUrl: "rtmp://127.0.0.1:59577/live",
			},
		],
	},
	{
		name: "ffmpeg 5.1 playing",
		bytes:
			"020007636f6e6e656374003ff00000000000000300036170700200046c6976650008666c61736856657202000d4c4e5820392c302c3132342c3200057463" +
			"55726c02001b72746d703a2f2f3132372e302e302e313a34393137392f6c6976650004667061640100000c6361706162696c697469657300402e00000000" +
			"0000000b617564696f436f646563730040afce0000000000000b766964656f436f6465637300406f800000000000000d766964656f46756e6374696f6e00" +
			"3ff0000000000000000009",
		values: [
			"connect",
			1,
			{ ...PLAYER, app: "live", flashVer: "LNX 9,0,124,2", tcUrl: "rtmp://127.0.0.1:49179/live", audioCodecs: 4071 },
		],
	},
	{
		name: "rtmpdump 2.4 (librtmp)",
		bytes:
			"020007636f6e6e656374003ff00000000000000300036170700200046c6976650008666c61736856657202000e4c4e582031302c302c33322c3138000574" +
			"6355726c02001b72746d703a2f2f3132372e302e302e313a33333330312f6c6976650004667061640100000c6361706162696c697469657300402e000000" +
			"000000000b617564696f436f646563730040a8ee0000000000000b766964656f436f6465637300406f800000000000000d766964656f46756e6374696f6e" +
			"003ff0000000000000000009",
		values: [
			"connect",
			1,
			{ ...PLAYER, app: "live", flashVer: "LNX 10,0,32,18", tcUrl: "rtmp://127.0.0.1:33301/live", audioCodecs: 3191 },
		],
	},
];

test.for(captured)("decodes the connect command of $name", ({ bytes, values }) => {
	expect(decodeAmf0(hex(bytes))).toEqual(values);
});

test.for(captured)("encodes the connect command of $name byte for byte", ({ bytes }) => {
	expect(encodeAmf0(...decodeAmf0(hex(bytes))).toString("hex")).toBe(bytes);
});

test.for(captured)("the connect command of $name cut anywhere is truncated or shorter", ({ bytes, values }) => {
	const whole = hex(bytes);
	for (let end = 0; end < whole.length; end++) {
		const decoded = decodeOrReason(whole.subarray(0, end));
		if (typeof decoded === "string") expect(decoded).toBe("truncated");
		else expect(decoded).toEqual(values.slice(0, decoded.length));
	}
});

test("names cannot reach a prototype", () => {
	const [object] = decodeAmf0(hex("03 0009 5f5f70726f746f5f5f 03 0001 61 0101 0000 09 0000 09"));
	expect(isAmf0Object(object) && Object.keys(object)).toEqual(["__proto__"]);
	expect(({} as { a?: unknown }).a).toBeUndefined();
	const [amf3] = decodeAmf0(hex("11 0a 0b 01 13 5f5f70726f746f5f5f 03 01"));
	expect(isAmf0Object(amf3) && Object.keys(amf3)).toEqual(["__proto__"]);
});

test("a string of 65,536 bytes is written as a long string", () => {
	const text = "a".repeat(65_536);
	expect(encodeAmf0(text).subarray(0, 5).toString("hex")).toBe("0c00010000");
	expect(decodeAmf0(encodeAmf0(text))).toEqual([text]);
});

test("any bytes give values or a ProtocolError", () => {
	const start = fc.constantFrom(0, 2, 3, 8, 0x0a, 0x0c, 0x10, 0x11, 0x1103, 0x110a);
	fc.assert(
		fc.property(start, fc.uint8Array({ maxLength: 300 }), (first, rest) => {
			decodeOrReason(Buffer.from([...(first > 0xff ? [first >> 8] : []), first & 0xff, ...rest]));
		}),
		{ numRuns: 5000 },
	);
});

test("any values survive the way there and back", () => {
	const { value } = fc.letrec<{ value: Amf0Value }>((tie) => ({
		value: fc.oneof(
			{ maxDepth: 4 },
			fc.double({ noNaN: true }),
			fc.boolean(),
			fc.string({ unit: "grapheme" }),
			fc.constant(null),
			fc.constant(undefined),
			fc.date({ noInvalidDate: true }),
			fc.dictionary(fc.string(), tie("value"), { maxKeys: 5 }),
			fc.array(tie("value"), { maxLength: 5 }),
		),
	}));
	fc.assert(
		fc.property(fc.array(value, { maxLength: 5 }), (all) => {
			expect(decodeAmf0(encodeAmf0(...all))).toEqual(all);
		}),
	);
});

function decodeOrReason(bytes: Uint8Array): Amf0Value[] | string {
	try {
		return decodeAmf0(bytes);
	} catch (error) {
		if (error instanceof ProtocolError) return error.reason;
		throw error;
	}
}
