import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { pace } from "./pace.ts";

const packets = (...times: number[]): Iterator<MediaPacket> =>
	times
		.map((time): MediaPacket => ({ kind: "audio", role: "frame", time, payload: new Uint8Array() }))
		[Symbol.iterator]();

function stage(iterator: Iterator<MediaPacket>, options: { startAt: number; span?: number }) {
	const clock = new ManualClock();
	clock.advance(777.3);
	const begun = clock.now();
	const sent: { time: number; at: number }[] = [];
	const ends: number[] = [];
	const cancel = pace(iterator, {
		clock,
		...options,
		onPacket: ({ time }) => sent.push({ time, at: Math.round(clock.now() - begun) }),
		onEnd: () => ends.push(Math.round(clock.now() - begun)),
	});
	return { clock, sent, ends, cancel };
}

test("each packet goes out at its own time, measured from the start", () => {
	const { clock, sent, ends } = stage(packets(5000, 5000, 5033, 5067, 5100), { startAt: 5000 });
	clock.advance(200);
	expect(sent).toEqual([
		{ time: 5000, at: 0 },
		{ time: 5000, at: 0 },
		{ time: 5033, at: 33 },
		{ time: 5067, at: 67 },
		{ time: 5100, at: 100 },
	]);
	expect(ends).toEqual([100]);
	expect(clock.pending).toBe(0);
});

test("one that is due already goes at once, and those behind it are not late for that", () => {
	const { clock, sent } = stage(packets(0, 40, 30, 80), { startAt: 0 });
	clock.advance(100);
	expect(sent.map(({ at }) => at)).toEqual([0, 40, 40, 80]);
});

test("ends after its span, though there is more", () => {
	const { clock, sent, ends } = stage(packets(0, 40, 80, 120), { startAt: 0, span: 80 });
	clock.advance(500);
	expect({ count: sent.length, ends: ends.length }).toEqual({ count: 2, ends: 1 });
});

test("a cancelled one is silent and holds no timer", () => {
	const { clock, sent, ends, cancel } = stage(packets(0, 40, 80), { startAt: 0 });
	clock.advance(50);
	cancel();
	clock.advance(500);
	expect({ count: sent.length, ends, pending: clock.pending }).toEqual({ count: 2, ends: [], pending: 0 });
});
