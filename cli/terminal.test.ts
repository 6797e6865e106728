import { expect, test } from "vitest";
import { table } from "./terminal.ts";

test("columns are as wide as their widest cell, and lines have no blanks at their end", () => {
	const rows = [
		["origin1", "1", ""],
		["e", "12345", "x"],
	];
	expect(table(["node", "pid", "at"], rows)).toBe("node     pid    at\norigin1  1\ne        12345  x");
});
