import { expect, test } from "vitest";
import { has, readDirectives, tooFar } from "./reload.ts";

test.for([
	[{}, { type: "now", skip: false }],
	[{ token: "x" }, { type: "now", skip: false }],
	[{ _HLS_skip: "YES" }, { type: "now", skip: true }],
	[{ _HLS_skip: "v2" }, { type: "now", skip: true }],
	[{ _HLS_skip: "no" }, { type: "now", skip: false }],
	[{ _HLS_msn: "7" }, { type: "wait", awaited: { msn: 7, part: undefined }, skip: false }],
	[
		{ _HLS_msn: "7", _HLS_part: "0" },
		{ type: "wait", awaited: { msn: 7, part: 0 }, skip: false },
	],
] as const)("%j", ([query, directives]) => {
	expect(readDirectives(query)).toEqual(directives);
});

test.for([
	{ _HLS_part: "1" },
	{ _HLS_msn: "-1" },
	{ _HLS_msn: "" },
	{ _HLS_msn: "1.5" },
	{ _HLS_msn: "1e3" },
	{ _HLS_msn: "9".repeat(400) },
	{ _HLS_msn: ["1", "2"] },
	{ _HLS_msn: "1", _HLS_part: "-1" },
	{ _HLS_msn: "1", _HLS_part: "NaN" },
])("%j is a bad request", (query) => {
	expect(readDirectives(query)).toMatchObject({ type: "bad" });
});

const growing = { msn: 10, part: 2, isWhole: false };
const whole = { msn: 10, part: 3, isWhole: true };

test.for([
	["an old segment", growing, { msn: 3 }, true],
	["an old part", growing, { msn: 9, part: 99 }, true],
	["a segment that grows", growing, { msn: 10 }, false],
	["a segment that is whole", whole, { msn: 10 }, true],
	["a part that is there", growing, { msn: 10, part: 2 }, true],
	["the next part", growing, { msn: 10, part: 3 }, false],
	["a part behind a segment's last, which is the next one's first", whole, { msn: 10, part: 4 }, false],
	["the same once that is there", { msn: 11, part: 0, isWhole: false }, { msn: 10, part: 4 }, true],
	["the next segment", whole, { msn: 11 }, false],
] as const)("a playlist that has %s", ([, edge, awaited, expected]) => {
	expect(has(edge, awaited)).toBe(expected);
});

test.for([
	["two segments ahead", { msn: 12 }, false],
	["three segments ahead", { msn: 13 }, true],
	["the last part of three seconds", { msn: 10, part: 8 }, false],
	["a part more than three seconds ahead", { msn: 10, part: 9 }, true],
	["the same in the next segment", { msn: 11, part: 6 }, true],
	["an old segment's part", { msn: 3, part: 500 }, false],
] as const)("nobody waits for what is too far: %s", ([, awaited, expected]) => {
	expect(tooFar(growing, awaited, 500) !== undefined).toBe(expected);
});

test("with parts of a second and more it is three of them", () => {
	expect(tooFar(growing, { msn: 10, part: 5 }, 2000)).toBeUndefined();
	expect(tooFar(growing, { msn: 10, part: 6 }, 2000)).toBeDefined();
});
