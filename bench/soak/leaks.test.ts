import { expect, test } from "vitest";
import { courseOf, leaksOf, leastOf, type Sample } from "./leaks.ts";

const MIB = 1024 * 1024;
const quiet = { heap: 0, external: 0, rss: 0, sockets: 30, timers: 20, streams: 10, actors: 30, live: 20 };
const allowed = { sockets: 30, timers: 20, actors: 30 };
const life = (heaps: readonly number[]): Sample[] =>
	heaps.map((heap, index) => ({ ...quiet, heap: heap * MIB, external: 10 * MIB, at: index * 60_000 }));

const steady = Array.from({ length: 30 }, (_, minute) => 40 + (minute % 3));

test.for([
	["level with noise", steady, false],
	["level after a rise at the start", [10, 15, 20, 25, 30, 35, 39, 40, 40, 39, ...steady], false],
	["half a MiB a minute", Array.from({ length: 30 }, (_, minute) => 40 + minute / 2 + (minute % 2)), true],
	["steady, but little in all", Array.from({ length: 30 }, (_, minute) => 40 + minute / 50), false],
	["too short to tell", [10, 20, 30, 40, 50, 60], false],
] as const)("heap %s", ([, heaps, isGrowing]) => {
	expect(courseOf(life(heaps), "heap").isGrowing).toBe(isGrowing);
});

test("a slope is in bytes a minute, and unknown where there is too little", () => {
	expect(courseOf(life(Array.from({ length: 12 }, (_, minute) => minute)), "heap").perMinute).toBe(MIB);
	expect(courseOf(life([1, 2, 3]), "heap").perMinute).toBeNull();
});

test.for([
	[{}, []],
	[{ sockets: 31 }, ["it holds 31 sockets, 30 at most are explained"]],
	[
		{ timers: 21, actors: 33 },
		["it holds 21 timers, 20 at most are explained", "it holds 33 actors, 30 at most are explained"],
	],
] as const)("what is left over, %o, is %o", ([about, leaks]) => {
	expect(leaksOf(life(steady), { ...quiet, ...about }, allowed)).toEqual(leaks);
});

test("growth is told in words", () => {
	const grown = life(Array.from({ length: 30 }, (_, minute) => 40 + minute));
	expect(leaksOf(grown, quiet, allowed)).toEqual(["its heap grows by 1024 KiB a minute"]);
});

test("the least of each", () => {
	expect(leastOf([quiet, { ...quiet, timers: 18, sockets: 40 }])).toEqual({ ...quiet, timers: 18 });
});
