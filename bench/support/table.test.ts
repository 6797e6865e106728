import { expect, test } from "vitest";
import { millis, spread, table } from "./table.ts";

test("words to the left, numbers to the right", () => {
	const text = table(
		["what", "ms"],
		[
			["a", "10.00"],
			["longer", "2.00"],
		],
	);
	expect(text).toBe("what       ms\na       10.00\nlonger   2.00");
});

test("a row may end early", () => {
	expect(table(["what", "ms"], [["a"]])).toBe("what  ms\na");
});

test.for([
	[0.123, "0.12"],
	[-0.5, "-0.50"],
	[9.99, "9.99"],
	[12.34, "12.3"],
	[1234.5, "1234.5"],
	[Number.NaN, "-"],
] as const)("%d is written %s", ([value, want]) => {
	expect(millis(value)).toBe(want);
});

test("a spread shows its middle first", () => {
	expect(spread({ median: 1, least: 0.5, most: 20 })).toBe("1.00 (0.50–20.0)");
});
