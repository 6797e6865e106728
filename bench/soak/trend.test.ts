import { expect, test } from "vitest";
import { trendOf } from "./trend.ts";

const points = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

test("a straight line is itself", () => {
	expect(trendOf(points([1, 3, 5, 7]))).toEqual({ slope: 2, error: 0, growth: 6 });
});

test("noise shows in the error", () => {
	// Worked by hand: slope 10 / 5, rests -0.3 0.9 -0.9 0.3, so 1.8 / 2 / 5.
	const trend = trendOf([
		{ x: 0, y: 0 },
		{ x: 1, y: 3.2 },
		{ x: 2, y: 3.4 },
		{ x: 3, y: 6.6 },
	]);
	expect(trend?.slope).toBeCloseTo(2, 10);
	expect(trend?.error).toBeCloseTo(Math.sqrt(0.18), 10);
	expect(trend?.growth).toBeCloseTo(6, 10);
});

test.for([[[]], [[1, 2]]] as const)("%o is too little to tell", ([ys]) => {
	expect(trendOf(points(ys))).toBeUndefined();
});

test("moments that are all the same tell nothing", () => {
	expect(trendOf([1, 2, 3].map((y) => ({ x: 5, y })))).toBeUndefined();
});
