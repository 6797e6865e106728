import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { MAX_SHIFTED_READERS, TimeShifts } from "./time-shift.ts";

const packet = (time: number, role: MediaPacket["role"] = "frame"): MediaPacket => ({
	kind: role === "metadata" ? "data" : "video",
	role,
	time,
	payload: Buffer.of(0x27, 1),
});
const shiftTo = (at: number) => new TimeShifts().take(at) ?? expect.fail("a shift");

test("the first packet goes right behind the place, the others keep their distance from it", () => {
	const shift = shiftTo(5_000);
	const moved = [packet(0, "metadata"), packet(90_000, "header"), packet(90_000), packet(89_990), packet(90_040)];
	expect(moved.map((one) => shift.moved(one).time)).toEqual([0, 5_040, 5_040, 5_030, 5_080]);
	expect(shift.placeOf(90_040)).toBe(5_080);
});

test("before anything flows the place is where it was to be", () => {
	expect(shiftTo(5_000).placeOf(90_000)).toBe(5_000);
});

test("times go on past the wire's 32 bits, and never below zero", () => {
	const far = shiftTo(2 ** 32 - 10);
	expect(far.moved(packet(0)).time).toBe(2 ** 32 + 30);
	const near = shiftTo(0);
	near.moved(packet(1_000));
	expect(near.moved(packet(500)).time).toBe(0);
});

test("so many at once, and another when one is released", () => {
	const shifts = new TimeShifts();
	const taken = Array.from({ length: MAX_SHIFTED_READERS }, () => shifts.take(0));
	expect(shifts.take(0)).toBeUndefined();
	taken[0]?.release();
	taken[0]?.release();
	expect(shifts.take(0)).toBeDefined();
	expect(shifts.take(0)).toBeUndefined();
	expect(new Set(taken.map((one) => one?.number)).size).toBe(MAX_SHIFTED_READERS);
});
