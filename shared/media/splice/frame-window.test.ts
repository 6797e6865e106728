import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameWindow } from "./frame-window.ts";

function filled(count: number, keepMs: number, frameMs: number): FrameWindow {
	const frames = new FrameWindow(keepMs);
	for (let index = 0; index < count; index++) frames.push(index % 100, index * frameMs);
	return frames;
}

test.for([
	{ name: "a usual track", frameMs: 33, keepMs: 20_000, least: 606, most: 1024 },
	{ name: "a dense one up to its bound", frameMs: 1, keepMs: 20_000, least: 4096, most: 4096 },
	{ name: "frames that are all of one moment", frameMs: 0, keepMs: 20_000, least: 4096, most: 4096 },
])("keeps the time asked for in flat memory: $name", ({ frameMs, keepMs, least, most }) => {
	const frames = filled(20_000, keepMs, frameMs);
	expect(frames.size).toBeGreaterThanOrEqual(least);
	expect(frames.size).toBeLessThanOrEqual(most);
	expect([frames.end, frames.lastTime]).toEqual([20_000, 19_999 * frameMs]);
	expect(frames.time(frames.start)).toBe(frames.start * frameMs);
	expect(frames.mark(frames.start)).toBe(frames.start % 100);
});

test("finds a fingerprint: the only one, the newest, the one of a moment", () => {
	const frames = filled(250, 20_000, 40);
	expect(frames.only(7)).toBeUndefined();
	expect(frames.lastOf(7)).toBe(207);
	expect(frames.lastAt(7, 107 * 40 + 8)).toBe(107);
	expect(frames.lastAt(7, 107 * 40 + 9)).toBeUndefined();
	expect(frames.lastOf(100)).toBeUndefined();
	frames.dropBefore(160);
	expect(frames.only(7)).toBe(207);
	expect(frames.only(40)).toBe(240);
	expect(frames.only(59)).toBeUndefined();
	expect([frames.start, frames.size]).toEqual([160, 90]);
	expect([frames.mark(159), frames.time(159), frames.mark(250)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
	expect(frames.agrees(159, 59, 159 * 40)).toBe(false);
});

test("an empty window has no times", () => {
	const frames = new FrameWindow(1000);
	expect([frames.firstTime, frames.lastTime, frames.size]).toEqual([Number.NaN, Number.NaN, 0]);
	expect(frames.only(0)).toBeUndefined();
});

test("is the end of the list of what was pushed", () => {
	const pushes = fc.array(fc.tuple(fc.nat(5), fc.nat(100_000)), { maxLength: 1500 });
	fc.assert(
		fc.property(pushes, (list) => {
			const frames = new FrameWindow(5000);
			for (const [mark, time] of list) frames.push(mark, time);
			const held = list.slice(frames.start);
			expect(held.map((_, at) => [frames.mark(frames.start + at), frames.time(frames.start + at)])).toEqual(held);
			for (let mark = 0; mark <= 5; mark++) {
				const at = held.findLastIndex(([other]) => other === mark);
				const isOnly = held.filter(([other]) => other === mark).length === 1;
				expect(frames.lastOf(mark)).toBe(at < 0 ? undefined : frames.start + at);
				expect(frames.only(mark)).toBe(isOnly ? frames.start + at : undefined);
			}
		}),
		{ numRuns: 30 },
	);
});
