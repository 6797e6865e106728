import { expect, test } from "vitest";
import { backoff, roundOf } from "./retry.ts";

test("a round of a server is three tries", () => {
	expect(Array.from({ length: 8 }, (_, tries) => roundOf(tries))).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
});

test.for([
	[0, 100],
	[1, 200],
	[3, 800],
	[6, 5000],
	[50, 5000],
] as const)("attempt %i waits between half of %i ms and all of it", ([attempt, most]) => {
	expect(backoff(attempt, () => 0)).toBe(most / 2);
	expect(backoff(attempt, () => 1)).toBe(most);
});
