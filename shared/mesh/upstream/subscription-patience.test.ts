import { expect, test } from "vitest";
import { stage } from "./test-stage.ts";

test.for([
	["before the first media", false, 2000],
	["after it was live", true, 5000],
] as const)("gives up %s when its patience is over", ([, wasLive, patience]) => {
	const { well, lose, clock, open, offer, isOver } = stage(["a"]);
	if (wasLive) well("a");
	offer();
	lose("a");
	clock.increment(patience - 1);
	expect(isOver()).toBe(false);
	clock.increment(1);
	expect(isOver()).toBe(true);
	expect(open()).toEqual([]);
});

test("a first answer gives a server the longer patience in which to go on", () => {
	const { live, flow, clock, isOver } = stage(["a"]);
	clock.increment(1900);
	live("a");
	clock.increment(1000);
	expect(isOver()).toBe(false);
	flow("a");
	clock.increment(60_000);
	expect(isOver()).toBe(false);
});

test("old groups of pictures do not stretch the patience: a stream whose only encoder hangs is over", () => {
	const { well, live, lose, clock, open, isOver } = stage(["a"]);
	well("a");
	lose("a");
	let elapsed = 0;
	const step = (): void => {
		clock.increment(50);
		elapsed += 50;
	};
	while (!isOver() && elapsed < 60_000) {
		while (!isOver() && open().length === 0) step();
		if (isOver()) break;
		live("a");
		for (let media = 0; media < 1000; media += 50) step();
		lose("a");
	}
	expect(elapsed).toBeGreaterThanOrEqual(5000);
	expect(elapsed).toBeLessThanOrEqual(6000);
});

test("a trial that is under way when the patience ends is waited for, and nobody new is asked", () => {
	const { well, live, flow, lose, clock, offer, open, isOver } = stage(["a"]);
	well("a");
	lose("a");
	clock.increment(4500);
	live("a");
	clock.increment(500);
	offer("a", "b");
	expect(open()).toEqual(["a"]);
	expect(isOver()).toBe(false);
	flow("a");
	expect(open()).toEqual(["a", "b"]);
});

test("whoever comes back in time puts the stream on air again", () => {
	const { well, lose, clock, offer, onAir, open, isOver } = stage(["a"]);
	well("a");
	offer();
	lose("a");
	clock.increment(4000);
	offer("b");
	expect(open()).toEqual(["b"]);
	well("b");
	clock.increment(60_000);
	expect(onAir()).toBe("b");
	expect(isOver()).toBe(false);
});
