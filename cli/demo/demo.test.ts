import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { codecOf, readFlv } from "#shared/formats/flv";
import type { PacketRole, TrackKind } from "#shared/formats/packet";

const path = new URL("./demo.flv", import.meta.url);
const packets = readFlv(readFileSync(path));
const of = (kind: TrackKind, ...roles: PacketRole[]) =>
	packets.filter((packet) => packet.kind === kind && roles.includes(packet.role));
const frames = { audio: of("audio", "frame"), video: of("video", "frame", "keyframe") };
const digest = (payload: Uint8Array): string => createHash("sha256").update(payload).digest("hex");

test("the clip is small enough to ship", () => {
	expect(statSync(path).size).toBeLessThan(1_500_000);
});

test("it has one H.264 and one AAC header, before all frames", () => {
	expect(of("video", "header").map(({ payload }) => codecOf("video", payload))).toEqual(["avc1"]);
	expect(of("audio", "header").map(({ payload }) => codecOf("audio", payload))).toEqual(["mp4a"]);
	expect(packets.slice(0, 3).map(({ role }) => role)).toEqual(["metadata", "header", "header"]);
});

test("it has 300 pictures, one in thirty a keyframe, each a second after the last", () => {
	expect(frames.video).toHaveLength(300);
	expect(of("video", "keyframe").map(({ time }) => time)).toEqual(
		Array.from({ length: 10 }, (_, index) => index * 1000),
	);
});

test.for(["audio", "video"] as const)("no two %s frames have the same payload", (kind) => {
	expect(new Set(frames[kind].map(({ payload }) => digest(payload))).size).toBe(frames[kind].length);
});

test("both tracks begin together and end within half a frame, so the clip can be looped", () => {
	expect([frames.audio[0]?.time, frames.video[0]?.time]).toEqual([0, 0]);
	const audioSeconds = (frames.audio.length * 1024) / 48_000;
	expect(Math.abs(audioSeconds - frames.video.length / 30)).toBeLessThan(1 / 60);
});

test.for([
	{ kind: "audio", rate: 48_000 / 1024 },
	{ kind: "video", rate: 30 },
] as const)("each $kind frame stands at its place in time, to the millisecond", ({ kind, rate }) => {
	const off = frames[kind].map(({ time }, index) => Math.abs(time - (index * 1000) / rate));
	expect(Math.max(...off)).toBeLessThanOrEqual(1);
});
