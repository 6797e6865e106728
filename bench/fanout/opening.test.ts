import { expect, test } from "vitest";
import { playOpening } from "./opening.ts";

/** RTMP 1.0 §5.2.4, §5.4.1, §7.2.1.1, §7.2.1.3, §7.2.2.1; AMF0 §2.2, §2.4, §2.5, §2.7. */
const SAID = [
	["C2", "00".repeat(1536)],
	["Set Chunk Size 4096", "02 000000 000004 01 00000000 00001000"],
	["connect: header", "03 000000 00004f 14 00000000"],
	["connect, 1", "02 0007 636f6e6e656374 00 3ff0000000000000"],
	["app: live", "03 0003 617070 02 0004 6c697665"],
	["flashVer", "0008 666c617368566572 02 000d 4c4e5820392c302c3132342c32"],
	["tcUrl: rtmp://h", "0005 746355726c 02 0008 72746d703a2f2f68 000009"],
	["createStream, 2", "03 000000 000019 14 00000000 02 000c 63726561746553747265616d 00 4000000000000000 05"],
	[
		"play, 3, null, s on message stream 1",
		"08 000000 000015 14 01000000 02 0004 706c6179 00 4008000000000000 05 02 0001 73",
	],
] as const;

test("says what a player says", () => {
	const bytes = playOpening("live", "s", "rtmp://h");
	let at = 0;
	for (const [name, hex] of SAID) {
		const expected = hex.replaceAll(" ", "");
		const end = at + expected.length / 2;
		expect(bytes.subarray(at, end).toString("hex"), name).toBe(expected);
		at = end;
	}
	expect(bytes.length).toBe(at);
});
