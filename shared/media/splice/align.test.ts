import { expect, test } from "vitest";
import { alignAt, alignByKeyframe, alignByRun } from "./align.ts";
import { type FrameWindows, frameWindows } from "./frame-window.ts";

/** Frames by letter, 40 ms apart, from `start` on; a dash is a moment without one. */
function track(frames: FrameWindows, kind: "audio" | "video", letters: string, start: number): void {
	for (const [index, letter] of [...letters].entries()) {
		if (letter !== "-") frames[kind].push(letter.charCodeAt(0), start + index * 40);
	}
}

function tracks(video: string, audio = "", start = 0): FrameWindows {
	const frames = frameWindows(10_000);
	track(frames, "video", video, start);
	track(frames, "audio", audio, start);
	return frames;
}

const OUTPUT = tracks("abcdefgh", "ABCDEFGH");
const hot = { hot: true, minMatched: 3 };
const cold = { hot: false, minMatched: 3 };
const at = (offset: number, video?: number, audio?: number) => ({ offset, shift: { audio, video } });

test.for([
	{ name: "behind", heard: tracks("cde", "CDE", 1000), wanted: at(-920, 2, 2) },
	{ name: "begun before the output", heard: tracks("xyabcd", "XYABCD", 0), wanted: at(-80, -2, -2) },
	{ name: "ahead", heard: tracks("fghijk", "FGHIJK", 200), wanted: at(0, 5, 5) },
	{ name: "equal", heard: tracks("abcdefgh", "ABCDEFGH", 7), wanted: at(-7, 0, 0) },
	{ name: "too short to tell", heard: tracks("cd", "CD"), wanted: undefined },
	{ name: "only one track agrees", heard: tracks("cde", "XYZ"), wanted: undefined },
	{ name: "the other track is missing", heard: tracks("cde"), wanted: undefined },
	{ name: "a frame before the run differs", heard: tracks("xcde", "BCDE"), wanted: undefined },
	{ name: "a frame before the run is missing", heard: tracks("acde", "BCDE"), wanted: undefined },
	{ name: "other frames", heard: tracks("uvwxyz", "UVWXYZ"), wanted: undefined },
	{ name: "the tracks disagree by a frame", heard: tracks("cdef", "BCDE"), wanted: undefined },
])("by a run, hot: $name", ({ heard, wanted }) => {
	expect(alignByRun(OUTPUT, heard, { hot: true, minMatched: 0 })).toEqual(wanted);
});

test.for([
	{ name: "silence is placed by the pictures' times", output: tracks("abcdefgh", "SSSSSSSS"), heard: ["cdef", "SSSS"] },
	{ name: "a still picture by the sound's", output: tracks("ssssssss", "ABCDEFGH"), heard: ["ssss", "CDEF"] },
])("where payloads repeat, $name", ({ output, heard: [video = "", audio] }) => {
	expect(alignByRun(output, tracks(video, audio, 160), { hot: true, minMatched: 0 })).toEqual(at(-80, 2, 2));
});

test.for([
	{ name: "one track is enough", heard: tracks("cde", "", 1000), wanted: at(-920, 2) },
	{ name: "a track all ahead is left open", heard: tracks("fgh", "-----IJK", 0), wanted: at(200, 5) },
	{ name: "a track that differs is not", heard: tracks("cde", "XYZ", 1000), wanted: undefined },
])("by a run, cold: $name", ({ heard, wanted }) => {
	expect(alignByRun(OUTPUT, heard, { hot: false, minMatched: 0 })).toEqual(wanted);
});

test.for([
	{ name: "behind", rule: hot, heard: tracks("cde", "CDE", 83), wanted: at(-3, 2, 2) },
	{ name: "too little yet", rule: hot, heard: tracks("gh", "GH", 240), wanted: "soon" },
	{ name: "ahead", rule: hot, heard: tracks("xyz", "XYZ", 500), wanted: "soon" },
	{ name: "far ahead", rule: hot, heard: tracks("xyz", "XYZ", 20_000), wanted: undefined },
	{ name: "long past", rule: hot, heard: tracks("xyz", "XYZ", -20_000), wanted: undefined },
	{ name: "other frames at these times", rule: hot, heard: tracks("xyz", "XYZ", 80), wanted: undefined },
	{ name: "the right frames at other times", rule: hot, heard: tracks("cde", "CDE", 120), wanted: undefined },
	{ name: "cold, the last frames again", rule: cold, heard: tracks("fghij", "", 200), wanted: at(0, 5) },
	{ name: "cold, too few frames again", rule: cold, heard: tracks("ghij", "", 240), wanted: undefined },
])("by times: $name", ({ rule, heard, wanted }) => {
	expect(alignAt(OUTPUT, heard, 0, rule)).toEqual(wanted);
});

test.for([
	{ name: "the last frame is one", heard: tracks("hij", "", 900), keyframes: [0], wanted: at(-620, 7) },
	{ name: "it is not there", heard: tracks("xyz", "", 900), keyframes: [0], wanted: undefined },
	{ name: "what follows differs", heard: tracks("gx", "", 900), keyframes: [0], wanted: undefined },
	{ name: "the older of two is there", heard: tracks("ghiK", "", 900), keyframes: [3, 0], wanted: at(-660, 6) },
])("by a keyframe: $name", ({ heard, keyframes, wanted }) => {
	expect(alignByKeyframe(OUTPUT, heard, keyframes)).toEqual(wanted);
});

test("equal frames in a row are told apart by their times", () => {
	const output = tracks("aaaaaaaa", "AAAAAAAA");
	expect(alignAt(output, tracks("aaaa", "AAAA", 80), 0, hot)).toEqual(at(0, 2, 2));
	expect(alignByRun(output, tracks("aaaa", "AAAA", 80), { hot: true, minMatched: 0 })).toBeUndefined();
});

test("rounding in both feeds is averaged out", () => {
	const heard = frameWindows(10_000);
	for (const [index, letter] of [..."abcdefgh"].entries()) {
		heard.video.push(letter.charCodeAt(0), 5000 + index * 40 + (index % 3) - 1);
	}
	expect(alignByRun(tracks("abcdefgh"), heard, { hot: true, minMatched: 0 })).toEqual(at(-5000, 0));
});
