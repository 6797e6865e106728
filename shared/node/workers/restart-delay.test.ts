import { expect, test } from "vitest";
import { restartDelay } from "./restart-delay.ts";

test("waits a second first, longer each time, never over half a minute", () => {
	expect([1, 2, 3, 4, 5, 6, 1000].map(restartDelay)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});
