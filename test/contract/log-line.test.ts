import { expect, test } from "vitest";
import { parseLogLine, tellsOf } from "../support/log-line.ts";

const line = (about: object) =>
	parseLogLine(JSON.stringify({ time: "1970-01-01T00:00:00.001Z", node: "edge1", ...about }));

test("a log line is read, anything else is none", () => {
	expect(line({ msg: "on air", to: "origin1", level: 30 })).toEqual({
		time: 1,
		node: "edge1",
		msg: "on air",
		to: "origin1",
	});
	for (const text of ["    at run (file.js:1:2)", "{broken", "{}", ""]) expect(parseLogLine(text)).toBeUndefined();
});

test.for([
	[{ msg: "upstream lost", upstream: "origin1" }, true],
	[{ msg: "on air", from: "origin1", to: "origin2" }, true],
	[{ msg: "no upstream on air", from: "origin1" }, true],
	[{ msg: "switched upstream", from: "origin1", cause: "silent" }, true],
	[{ msg: "switched upstream", from: "origin1", cause: "slower" }, false],
	[{ msg: "switched upstream", from: "origin10", cause: "silent" }, false],
	[{ msg: "upstream lost", upstream: "origin2" }, false],
	[{ msg: "upstream live", upstream: "origin1" }, false],
] as const)("%o tells of origin1: %s", ([about, tells]) => {
	const read = line(about);
	expect(read && tellsOf(read, ["origin1"])).toBe(tells);
});
