import { expect, test } from "vitest";
import { add, followerOf } from "./test-follower.ts";

test("a page that comes again and again does not put off the end of the wait", () => {
	const { give, asked, clock } = followerOf();
	for (let round = 0; round < 20; round++) {
		if (asked.length === 1) give(1, ["a"], 0, 2);
		clock.advance(100);
	}
	expect(asked).toEqual(["new", "retry"]);
});

test("pages without end are given up", () => {
	const { give, clock } = followerOf();
	const drip = () => {
		for (let at = 0; at < 512; at++) {
			give(1, [`s${at}`], at, 512);
			clock.advance(900);
		}
	};
	expect(drip).toThrow("took more than 30000 ms");
});

test("a page that is here and waits for its turn is not late", () => {
	const { give, beBehind, asked, clock, has } = followerOf();
	beBehind(true);
	clock.advance(20_000);
	expect(asked).toEqual(["new"]);
	give(1, ["a"]);
	expect(has()).toEqual(["a"]);
	beBehind(false);
	clock.advance(60_000);
	expect(asked).toEqual(["new"]);
	expect(clock.pending).toBe(0);
});

test("a parent that jumps about is asked once a second at most, however often it comes into step", () => {
	const { follower, give, asked, clock } = followerOf();
	give(1, []);
	for (let seq = 1; clock.now() < 10_000; seq += 10) {
		follower.heard("one", seq + 9, 0);
		clock.advance(5);
		if (asked.length > 1) give(seq + 9, []);
		follower.heard("one", seq + 9, 0);
		clock.advance(5);
	}
	expect(asked.length).toBeLessThan(25);
});

test("gaps without end do not become a flood of requests", () => {
	const { follower, give, asked, clock } = followerOf();
	give(1, []);
	for (let round = 0; round < 100; round++) {
		follower.event(add(1_000, "x"));
		clock.advance(10);
		if (asked.length > 1) give(1, []);
	}
	expect(asked.length).toBeLessThan(8);
});

test("a lost answer is asked for again, ever more slowly, until it comes", () => {
	const { follower, give, asked, clock } = followerOf();
	const waits: number[] = [];
	for (let round = 0; round < 8; round++) {
		const from = clock.now();
		const before = asked.length;
		while (asked.length === before) clock.advance(50);
		waits.push(clock.now() - from);
	}
	expect(waits).toEqual([1_250, 2_500, 5_000, 10_000, 12_000, 13_000, 13_000, 13_000]);
	give(1, ["a"]);
	follower.heard("one", 1, 1);
	clock.advance(60_000);
	expect(asked).toHaveLength(9);
	expect(clock.pending).toBe(0);
});

test("a slow answer is waited for as long as pages keep coming", () => {
	const { give, has, asked, clock } = followerOf();
	for (let at = 0; at < 5; at++) {
		clock.advance(900);
		give(1, [`s${at}`], at, 5);
	}
	expect(has()).toHaveLength(5);
	expect(asked).toEqual(["new"]);
});

test("nobody there is as good as lost, without the wait", () => {
	const { follower, ticket, asked, clock } = followerOf();
	follower.refused(ticket());
	follower.refused("another");
	clock.advance(250);
	expect(asked).toEqual(["new", "retry"]);
});
