import { expect, test } from "vitest";
import { backoff, serverOfTry } from "./retry.ts";

test("three tries at the primary, three at the secondary, and again", () => {
	const tries = Array.from({ length: 8 }, (_, attempt) => serverOfTry(attempt, 2));
	expect(tries).toEqual([0, 0, 0, 1, 1, 1, 0, 0]);
	expect(serverOfTry(7, 1)).toBe(0);
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
