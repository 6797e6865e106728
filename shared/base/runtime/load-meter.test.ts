import { expect, test } from "vitest";
import { loadMeter } from "./load-meter.ts";

const second = (isBusy: boolean): Promise<void> =>
	new Promise((resolve) => {
		const until = performance.now() + 1_050;
		if (isBusy) while (performance.now() < until);
		setTimeout(resolve, Math.max(0, until - performance.now()));
	});

test("the load is near 1 where the process computed all the time, and far below where it waited", async () => {
	const load = loadMeter();
	expect(load()).toBe(0);
	await second(true);
	const busy = load();
	expect(busy).toBeGreaterThan(0.8);
	expect(busy).toBeLessThanOrEqual(1);
	expect(load()).toBe(busy);
	await second(false);
	expect(load()).toBeLessThan(busy - 0.2);
});
