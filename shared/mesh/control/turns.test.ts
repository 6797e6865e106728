import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { type Guard, Turns } from "./turns.ts";

const guard: Guard = (_what, step) => {
	try {
		return step();
	} catch {
		return undefined;
	}
};

/** Turns whose works take `ms` each of the clock's time, and what was done. */
function setUp() {
	const clock = new ManualClock();
	let worked = 0;
	const at = { now: () => clock.now() + worked, after: clock.after.bind(clock), soon: clock.soon.bind(clock) };
	const turns = new Turns(at, guard);
	const done: string[] = [];
	const takes = (name: string, ms: number) => () => {
		done.push(name);
		worked += ms;
	};
	return { clock, turns, done, takes };
}

test("where there is little to do it is done at once", () => {
	const { clock, turns, done, takes } = setUp();
	for (const name of ["a", "b", "c"]) turns.add("one", 10, "what", takes(name, 1));
	expect(done).toEqual(["a", "b", "c"]);
	expect(clock.pending).toBe(0);
});

test("after a slice of work it rests as long as that took, and a slice is filled by many messages as by one", () => {
	const { clock, turns, done, takes } = setUp();
	for (const name of ["a", "b", "c", "d", "e"]) turns.add("one", 10, "what", takes(name, 2));
	expect(done).toEqual(["a", "b"]);
	clock.advance(3);
	expect(done).toEqual(["a", "b"]);
	clock.advance(1);
	expect(done).toEqual(["a", "b", "c", "d"]);
	turns.add("one", 10, "what", takes("long", 50));
	turns.add("one", 10, "what", takes("late", 1));
	clock.advance(4);
	expect(done.slice(4)).toEqual(["e", "long"]);
	clock.advance(51);
	expect(done.slice(6)).toEqual([]);
	clock.advance(1);
	expect(done.slice(6)).toEqual(["late"]);
});

test("senders take turns, and each sender's messages keep their order", () => {
	const { clock, turns, done, takes } = setUp();
	turns.add("noisy", 10, "what", takes("first", 4));
	for (let at = 0; at < 100; at++) turns.add("noisy", 10, "what", takes(`n${at}`, 0));
	for (let at = 0; at < 3; at++) turns.add("quiet", 10, "what", takes(`q${at}`, 0));
	clock.advance(4);
	expect(done.slice(0, 7)).toEqual(["first", "n0", "q0", "n1", "q1", "n2", "q2"]);
	expect(done.at(-1)).toBe("n99");
});

test("a long work goes step by step, before its sender's next and beside the others'", () => {
	const { clock, turns, done, takes } = setUp();
	turns.add("big", 10, "what", takes("first", 4));
	turns.add("big", 10, "what", function* () {
		for (let step = 0; step < 3; step++) {
			done.push(`step ${step}`);
			yield;
		}
	});
	turns.add("big", 10, "what", takes("then", 0));
	turns.add("small", 10, "what", takes("meanwhile", 0));
	expect(turns.isBehind("big")).toBe(true);
	clock.advance(4);
	expect(done.slice(1)).toEqual(["step 0", "meanwhile", "step 1", "step 2", "then"]);
	expect(turns.isBehind("big")).toBe(false);
});

test("what throws, at once or in a later step, ends its own message only", () => {
	const { turns, done, takes } = setUp();
	turns.add("one", 10, "what", () => {
		throw new Error("oops");
	});
	turns.add("one", 10, "what", function* () {
		yield;
		throw new Error("oops");
	});
	turns.add("one", 10, "what", takes("after", 0));
	expect(done).toEqual(["after"]);
	expect(turns.isBehind("one")).toBe(false);
});

test("what waits is bounded: a noisy sender is not heard, others are, up to a bound for everybody", () => {
	const { clock, turns, done, takes } = setUp();
	const kib = 1024;
	turns.add("noisy", 0, "what", takes("first", 4));
	let taken = 0;
	while (turns.add("noisy", 250 * kib, "what", takes("noise", 0))) taken++;
	expect(taken).toBe(65);
	expect(turns.add("quiet", 250 * kib, "what", takes("quiet", 0))).toBe(true);
	expect(turns.add("quiet", 250 * kib, "what", takes("quiet too", 0))).toBe(false);
	let others = 0;
	while (turns.add(`id-${others}`, 10 * kib, "what", takes("other", 0))) others++;
	expect(others).toBeGreaterThan(1_000);
	expect(others).toBeLessThan(2_000);
	clock.advance(10_000);
	expect(done.filter((name) => name === "noise")).toHaveLength(taken);
	expect(done).toContain("quiet");
	expect(turns.add("noisy", 250 * kib, "what", takes("again", 0))).toBe(true);
});

test("closed in the middle, it does no more and leaves no timer", () => {
	const { clock, turns, done, takes } = setUp();
	turns.add("one", 10, "what", takes("first", 4));
	turns.add("one", 10, "what", takes("never", 0));
	turns.close();
	expect(turns.add("one", 10, "what", takes("never", 0))).toBe(false);
	clock.advance(100);
	expect(done).toEqual(["first"]);
	expect(clock.pending).toBe(0);
});
