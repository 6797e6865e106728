import { expect, test } from "vitest";
import { CodecsSeen } from "./codecs-seen.ts";

const hex = (text: string) => Buffer.from(text, "hex");

test("collects each codec once, in the order they come", () => {
	const seen = new CodecsSeen();
	seen.note({ kind: "data", role: "metadata", time: 0, payload: hex("02000a") });
	expect(seen.all).toEqual([]);
	seen.note({ kind: "video", role: "header", time: 0, payload: hex("1700000000014d401f") });
	seen.note({ kind: "audio", role: "header", time: 0, payload: hex("af001190") });
	seen.note({ kind: "video", role: "keyframe", time: 0, payload: hex("170100000000000001") });
	seen.note({ kind: "audio", role: "frame", time: 0, payload: hex("af012110") });
	expect(seen.all).toEqual(["avc1", "mp4a"]);
});

test("knows a codec without a header by its first frame", () => {
	const seen = new CodecsSeen();
	seen.note({ kind: "audio", role: "frame", time: 0, payload: hex("2ffffb90") });
	expect(seen.all).toEqual([".mp3"]);
});
