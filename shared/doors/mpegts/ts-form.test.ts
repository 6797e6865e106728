import { expect, test } from "vitest";
import { HubViewer, hubStage } from "../../../test/support/hub-stage.ts";
import { judgeTs } from "../../../test/support/ts-judge.ts";
import { tsForm } from "./ts-form.ts";

test("whoever joins in the middle of a group begins at its keyframe, and shares the bytes of who was there", () => {
	const { join, until } = hubStage(tsForm);
	const [first, late] = [new HubViewer(), new HubViewer()];
	join(first);
	until(2500);
	join(late);
	until(6000);
	const { faults, jumps, units } = judgeTs(late.bytes);
	expect([faults, jumps, units.some(({ isRandomAccess }) => isRandomAccess)]).toEqual([[], 0, true]);
	expect(judgeTs(first.bytes).faults).toEqual([]);
	const tail = late.bytes.subarray(-100_000);
	expect(first.bytes.subarray(-100_000).equals(tail)).toBe(true);
});

test("a viewer who was too slow is told where it goes on, and nothing else is out of order", () => {
	const { join, until } = hubStage(tsForm);
	const [slow, other] = [new HubViewer(), new HubViewer()];
	const reader = join(slow, 60_000);
	join(other);
	until(1500);
	slow.isStuck = true;
	until(4200);
	slow.drain();
	until(6000);
	expect(reader.stats.skippedFrames).toBeGreaterThan(0);
	const { faults, jumps } = judgeTs(slow.bytes);
	expect(faults).toEqual([]);
	expect(jumps).toBeGreaterThan(0);
	expect(judgeTs(other.bytes)).toMatchObject({ faults: [], jumps: 0 });
});
