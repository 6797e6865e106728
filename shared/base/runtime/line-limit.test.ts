import { expect, test } from "vitest";
import { LineLimit } from "./line-limit.ts";

/** What is written: `a1` is line 1 of kind a, `a1+3` tells of three left out before it. `!` asks for what is due. */
const cases: { name: string; most?: number; offers: [now: number, line: string][]; written: string }[] = [
	{ name: "a single line at once", offers: [[0, "a1"]], written: "a1" },
	// biome-ignore format: a row is a story
	{ name: "of many in a second the first at once, the last when it is over, with the count between", offers: [[0, "a1"], [1, "a2"], [2, "a3"], [999, "a4"], [1000, "!"]], written: "a1 a4+2" },
	// biome-ignore format: a row is a story
	{ name: "nothing before the second is over", offers: [[0, "a1"], [1, "a2"], [999, "!"]], written: "a1" },
	// biome-ignore format: a row is a story
	{ name: "a line that comes later tells of those left out", offers: [[0, "a1"], [1, "a2"], [2, "a3"], [1500, "a4"], [2500, "!"]], written: "a1 a4+2" },
	// biome-ignore format: a row is a story
	{ name: "a summary begins a second of its own", offers: [[0, "a1"], [1, "a2"], [1000, "!"], [1500, "a3"], [1999, "!"], [2000, "!"]], written: "a1 a2 a3" },
	// biome-ignore format: a row is a story
	{ name: "kinds do not count for each other", offers: [[0, "a1"], [1, "b1"], [2, "a2"], [3, "b2"], [1003, "!"]], written: "a1 b1 a2 b2" },
	// biome-ignore format: a row is a story
	{ name: "so many a second", most: 2, offers: [[0, "a1"], [1, "a2"], [2, "a3"], [3, "a4"], [1000, "!"]], written: "a1 a2 a4+1" },
];

test.for(cases)("writes $name", ({ most = 1, offers, written }) => {
	const limit = new LineLimit<string>();
	const lines = offers.flatMap(([now, line]) => {
		const kind = line.slice(0, 1);
		return kind === "!" ? limit.due(now) : (limit.offer(kind, most, line, now) ?? []);
	});
	expect(lines.map(({ line, leftOut }) => (leftOut > 0 ? `${line}+${leftOut}` : line)).join(" ")).toBe(written);
});

test("is behind until what was left out is told", () => {
	const limit = new LineLimit<string>();
	limit.offer("a", 1, "a1", 0);
	expect(limit.isBehind).toBe(false);
	limit.offer("a", 1, "a2", 1);
	expect(limit.isBehind).toBe(true);
	limit.due(1000);
	expect(limit.isBehind).toBe(false);
});
