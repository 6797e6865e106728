import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Meter } from "./meter.ts";

const frame = (kind: "audio" | "video", time: number): MediaPacket => ({
	kind,
	role: "frame",
	time,
	payload: new Uint8Array(),
});

test("a wait that spans two readings belongs to the second", () => {
	const meter = new Meter();
	meter.frame(frame("video", 0), 1000);
	meter.frame(frame("video", 40), 1050);
	expect(meter.take()).toEqual({ stallMs: 50, stallAt: 1000, jumpMs: 40 });
	expect(meter.take()).toMatchObject({ stallMs: 0, jumpMs: 0 });
	meter.frame(frame("video", 140), 1350);
	expect(meter.take()).toEqual({ stallMs: 300, stallAt: 1050, jumpMs: 100 });
});

test("stalls are over both tracks, jumps within one; the last wait counts at the end", () => {
	const meter = new Meter();
	meter.frame(frame("video", 0), 0);
	meter.frame(frame("audio", 500), 20);
	meter.frame(frame("video", 33), 40);
	expect(meter.lastAt).toBe(40);
	expect(meter.take(100)).toEqual({ stallMs: 60, stallAt: 40, jumpMs: 33 });
});
