import { expect, test } from "vitest";
import { initName, parseMediaFile, partName, segmentName } from "./media-file.ts";

test("a name is read as it is written", () => {
	expect(parseMediaFile(initName("video", "a1-_Z"))).toEqual({ type: "init", track: "video", id: "a1-_Z" });
	expect(parseMediaFile(segmentName("audio", 882_011_122))).toEqual({
		type: "segment",
		track: "audio",
		number: 882_011_122,
	});
	expect(parseMediaFile(partName("video", 0, 3))).toEqual({ type: "part", track: "video", number: 0, part: 3 });
});

test.for([
	"video-01.m4s",
	"video-1.01.m4s",
	"video--1.m4s",
	"video-1.5e3.m4s",
	"video-9999999999999.m4s",
	"video-1.99999.m4s",
	"video-init-.mp4",
	"video-init-../x.mp4",
	"data-1.m4s",
	"video-1.m4s\0",
	"video-1.m4s\n",
	`video-init-${"a".repeat(10_000)}.mp4`,
	"",
])("%j is no name", (text) => {
	expect(parseMediaFile(text)).toBeUndefined();
});
