import { expect, test } from "vitest";
import { faultsOf, type Outcome } from "./verdict.ts";
import type { Sighting } from "./viewer/chaos-viewer.ts";

const reading = { stallMs: 40, stallAt: 700, jumpMs: 33 };
const fine: Sighting = {
	...{ edge: "edge1", frames: 500, lost: 0, dup: 0, back: 0, unknown: 0, headers: 2, runs: 2, headersAgain: 0 },
	...{ baseline: reading, after: reading, ended: null, silentMs: 20 },
};
const outcome = (about: Partial<Sighting>, troubles: string[] = []): Outcome => ({
	sightings: [fine, { ...fine, edge: "edge2", ...about }],
	faults: ["kill origin1"],
	switches: { count: 0, gapMs: 0 },
	detectMs: 3,
	unfedMs: 0,
	troubles,
});
const alive = { isPathAlive: true };

test.for([
	[{}, []],
	[{ lost: 2 }, ["a viewer at edge2 missed 2"]],
	[{ dup: 1, back: 3 }, ["a viewer at edge2 got 1 twice", "a viewer at edge2 went back in time 3 times"]],
	[{ unknown: 1 }, ["a viewer at edge2 got 1 that were not published"]],
	[{ headers: 4 }, ["a viewer at edge2 got 4 codec headers"]],
	[{ headers: 1 }, ["a viewer at edge2 got 1 codec headers"]],
	[{ frames: 0, headers: 2 }, ["a viewer at edge2 got nothing"]],
	[{ ended: "the stream ended", silentMs: 5000 }, ["a viewer at edge2 was sent away (the stream ended)"]],
	[{ silentMs: 5000.4 }, ["a viewer at edge2 is stuck for 5000 ms"]],
] as const)("one encoder: %o is %o", ([about, faults]) => {
	expect(faultsOf(outcome(about), alive)).toEqual(faults);
});

test("frames may be missing where no way for them was left, and only then", () => {
	const gone = { isPathAlive: false };
	expect(faultsOf(outcome({ lost: 90 }), gone)).toEqual([]);
	expect(faultsOf(outcome({ lost: 90, dup: 1 }), gone)).toEqual(["a viewer at edge2 got 1 twice"]);
});

test("another encoder may bring other codec headers, once for each change", () => {
	expect(faultsOf(outcome({ headers: 4, runs: 4 }), alive)).toEqual([]);
	expect(faultsOf(outcome({ headers: 4, runs: 3 }), alive)).toEqual(["a viewer at edge2 got 4 codec headers"]);
	expect(faultsOf(outcome({ headers: 4, runs: 4, headersAgain: 1 }), alive)).toEqual([
		"a viewer at edge2 got 1 codec headers again",
	]);
});

test("what went wrong beside the frames counts too", () => {
	expect(faultsOf(outcome({}, ["edge1 ended by itself"]), alive)).toEqual(["edge1 ended by itself"]);
});
