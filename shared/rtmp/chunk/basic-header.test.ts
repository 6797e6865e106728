import { expect, test } from "vitest";
import { decodeBasicHeader, encodeBasicHeader } from "./basic-header.ts";

// RTMP 1.0 §5.3.1.1: one byte for 2-63, two for 64-319, three for 320-65599.
const cases = [
	{ format: 0, chunkStream: 2, hex: "02" },
	{ format: 3, chunkStream: 3, hex: "c3" },
	{ format: 1, chunkStream: 63, hex: "7f" },
	{ format: 0, chunkStream: 64, hex: "0000" },
	{ format: 2, chunkStream: 319, hex: "80ff" },
	{ format: 0, chunkStream: 320, hex: "010001" },
	{ format: 3, chunkStream: 365, hex: "c12d01" },
	{ format: 1, chunkStream: 65_599, hex: "41ffff" },
] as const;

test.for(cases)("$hex is type $format on chunk stream $chunkStream", ({ format, chunkStream, hex }) => {
	const bytes = Buffer.from(hex, "hex");
	expect(decodeBasicHeader(Buffer.concat([Buffer.of(9), bytes]), 1)).toEqual({
		format,
		chunkStream,
		bytes: bytes.length,
	});
	expect(encodeBasicHeader(format, chunkStream)).toEqual(bytes);
	for (let cut = 0; cut < bytes.length; cut++) expect(decodeBasicHeader(bytes.subarray(0, cut), 0)).toBeUndefined();
});

test("the three-byte form may also name a low chunk stream", () => {
	expect(decodeBasicHeader(Buffer.from("010000", "hex"), 0)).toEqual({ format: 0, chunkStream: 64, bytes: 3 });
});
