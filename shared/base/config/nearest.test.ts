import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.for([
	["prot", "port"],
	["ports", "port"],
	["PORT", "port"],
	["hots", "host"],
	["advertize", "advertise"],
	["adv", "advertise"],
	["ad", undefined],
	["x", undefined],
	["certificate", undefined],
	["", undefined],
] as const)("%s is meant as %s", ([word, meant]) => {
	expect(nearest(word, ["host", "port", "advertise"])).toBe(meant);
});

test("there is nothing near to nothing", () => {
	expect(nearest("port", [])).toBeUndefined();
});
