import { expect, test } from "vitest";
import type { MediaPacket, PacketRole } from "#shared/formats/packet";
import { Counter } from "./tally.ts";
import { FINE, type Verdict } from "./verdict.ts";

const AVC_HEADER = "1700000000";
const AVC_KEYFRAME = "1701000000";
const AVC_FRAME = "2701000000";
const AAC_HEADER = "af00";
const AAC_FRAME = "af01";

const packet = (kind: "audio" | "video", role: PacketRole, hex: string, time: number): MediaPacket => ({
	kind,
	role,
	time,
	payload: Buffer.from(hex, "hex"),
});
const counterOf = (verdict: Verdict) =>
	new Counter(1000, { audio: { judge: () => verdict }, video: { judge: () => verdict } });

test("counts frames by track, headers apart, and names the codecs", () => {
	const counter = counterOf(FINE);
	counter.add({ kind: "data", role: "metadata", time: 0, payload: Buffer.from("x") }, 1005);
	counter.add(packet("video", "header", AVC_HEADER, 0), 1010);
	counter.add(packet("audio", "header", AAC_HEADER, 0), 1010);
	counter.add(packet("audio", "frame", AAC_FRAME, 0), 1010);
	counter.add(packet("video", "keyframe", AVC_KEYFRAME, 0), 1020);
	counter.add(packet("video", "frame", AVC_FRAME, 40), 1060);
	counter.add(packet("audio", "frame", AAC_FRAME, 23), 1061);
	expect(counter.tally(1100)).toEqual({
		...{ frames: 4, video: 2, audio: 2, lost: 0, dup: 0, back: 0, headers: 2, unknown: 0 },
		...{ jumpMs: 40, stallMs: 40, joinMs: 20, codecs: ["avc1", "mp4a"], seconds: 0.09 },
	});
});

test("joining an audio stream ends with its first frame", () => {
	const counter = counterOf(FINE);
	counter.add(packet("audio", "frame", AAC_FRAME, 0), 1030);
	expect(counter.tally(1030).joinMs).toBe(30);
});

test("pictures without a keyframe are nothing to join with", () => {
	const counter = counterOf(FINE);
	counter.add(packet("audio", "frame", AAC_FRAME, 0), 1030);
	counter.add(packet("video", "frame", AVC_FRAME, 0), 1030);
	expect(counter.tally(1030).joinMs).toBeNull();
});

test("a time that goes back counts, by track", () => {
	const counter = counterOf(FINE);
	for (const time of [100, 140, 120, 160]) counter.add(packet("video", "frame", AVC_FRAME, time), 1000 + time);
	counter.add(packet("audio", "frame", AAC_FRAME, 90), 1200);
	expect(counter.tally(1200)).toMatchObject({ back: 1, jumpMs: 40 });
});

test("waiting at the end is a stall like any other", () => {
	const counter = counterOf(FINE);
	counter.add(packet("video", "keyframe", AVC_KEYFRAME, 0), 1000);
	expect(counter.tally(4000).stallMs).toBe(3000);
});

test("nothing at all", () => {
	expect(counterOf(FINE).tally(9000)).toMatchObject({ frames: 0, stallMs: 0, joinMs: null, codecs: [], seconds: 0 });
});

test.for([
	{ verdict: { lost: 3 }, expected: { lost: 3, dup: 0, unknown: 0 } },
	{ verdict: { lost: 0, isRepeated: true }, expected: { lost: 0, dup: 1, unknown: 0 } },
	{ verdict: { lost: 0, isUnknown: true }, expected: { lost: 0, dup: 0, unknown: 1 } },
] as const)("adds up what the judge says: $expected", ({ verdict, expected }) => {
	const counter = counterOf(verdict);
	counter.add(packet("video", "keyframe", AVC_KEYFRAME, 0), 1000);
	expect(counter.tally(1000)).toMatchObject(expected);
});
