import { expect, test } from "vitest";
import { isMetadata, stripSetDataFrame } from "./script-data.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

const SET = "02 000d 40736574446174614672616d65";
const META = "02 000a 6f6e4d65746144617461 08 00000000 000009";
const CUE = "02 000a 6f6e437565506f696e74 05";

/** As ffmpeg and OBS send them: AMF0 §2.4 strings, then the values. */
const cases = [
	{ name: "@setDataFrame onMetaData", bytes: `${SET} ${META}`, left: META },
	{ name: "@setDataFrame onCuePoint", bytes: `${SET} ${CUE}`, left: CUE },
	{ name: "plain onMetaData", bytes: META, left: META },
	{ name: "other data", bytes: CUE, left: CUE },
	{ name: "@clearDataFrame", bytes: "02 000f 40636c656172446174614672616d65 02 0001 61", left: undefined },
	{ name: "@setDataFrame alone", bytes: SET, left: undefined },
	{ name: "nothing", bytes: "", left: undefined },
	{ name: "a start of @setDataFrame", bytes: "02 000d 4073", left: "02 000d 4073" },
];

test.for(cases)("viewers get of $name what follows it", ({ bytes, left }) => {
	const stripped = stripSetDataFrame(hex(bytes));
	expect(stripped && Buffer.from(stripped).toString("hex")).toBe(left && hex(left).toString("hex"));
	expect(stripped !== undefined && isMetadata(stripped)).toBe(left === META);
});

test("what is left is a view", () => {
	const payload = hex(`${SET} ${META}`);
	expect(stripSetDataFrame(payload)?.buffer).toBe(payload.buffer);
});
