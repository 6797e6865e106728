import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test.for([
	[0, 250],
	[1, 500],
	[2, 1000],
	[4, 4000],
	[5, 5000],
	[50, 5000],
] as const)("attempt %i waits between half of %i ms and all of it", ([attempt, most]) => {
	expect(backoff(attempt, () => 0)).toBe(most / 2);
	expect(backoff(attempt, () => 1)).toBe(most);
});
