import { expect, test } from "vitest";
import { percentile, spreadOf } from "./percentiles.ts";

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.for([
	{ name: "the middle one", values: [3, 1, 2], share: 0.5, want: 2 },
	{ name: "the lower middle one of an even number", values: [4, 1, 3, 2], share: 0.5, want: 2 },
	{ name: "the 99th of a hundred", values: oneToHundred, share: 0.99, want: 99 },
	{ name: "the least", values: [3, 1, 2], share: 0, want: 1 },
	{ name: "the most", values: [3, 1, 2], share: 1, want: 3 },
	{ name: "numbers by value, not by spelling", values: [10, 9, 8], share: 0, want: 8 },
	{ name: "the only one", values: [7], share: 0.99, want: 7 },
	{ name: "nothing of nothing", values: [], share: 0.5, want: Number.NaN },
])("percentile: $name", ({ values, share, want }) => {
	expect(percentile(values, share)).toBe(want);
});

test("a percentile leaves its values in their order", () => {
	const values = [3, 1, 2];
	percentile(values, 0.5);
	expect(values).toEqual([3, 1, 2]);
});

test("a spread is the middle and both ends", () => {
	expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, least: 1, most: 5 });
});
