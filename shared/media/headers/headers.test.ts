import { expect, test } from "vitest";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";
import { Headers } from "./headers.ts";

const header = (kind: TrackKind, hex: string): MediaPacket => ({
	kind,
	role: kind === "data" ? "metadata" : "header",
	time: 0,
	payload: Buffer.from(hex, "hex"),
});
const setOf = (...packets: MediaPacket[]): readonly MediaPacket[] => {
	const headers = new Headers();
	for (const packet of packets) headers.note(packet);
	return headers.current;
};

const AVC = header("video", "17000000000164001f");
const AVC_OTHER = header("video", "170000000001640028");
const HEVC = header("video", "9068766331ff");
const AAC = header("audio", "af001210");
const META = header("data", "02000a6f6e4d65746144617461");
// Enhanced RTMP v2 multitrack: flags, OneTrack and SequenceStart (0x00), FourCC, track id, header.
const HVC_TRACK_1 = header("video", "96006876633101aa");
const HVC_TRACK_1_OTHER = header("video", "96006876633101bb");
const HVC_TRACK_2 = header("video", "96006876633102aa");
const OPUS_TRACK_1 = header("audio", "95004f70757301aa");

const cases = [
	{ name: "metadata comes first", packets: [AVC, AAC, META], want: [META, AVC, AAC] },
	{
		name: "a later header replaces that of its track, in its place",
		packets: [AVC, AAC, AVC_OTHER],
		want: [AVC_OTHER, AAC],
	},
	{ name: "a change of codec replaces it too", packets: [AVC, AAC, HEVC], want: [HEVC, AAC] },
	{
		name: "tracks stand side by side",
		packets: [AVC, HVC_TRACK_1, HVC_TRACK_2, AAC, OPUS_TRACK_1],
		want: [AVC, HVC_TRACK_1, HVC_TRACK_2, AAC, OPUS_TRACK_1],
	},
	{
		name: "a track has one header",
		packets: [HVC_TRACK_1, HVC_TRACK_2, HVC_TRACK_1_OTHER],
		want: [HVC_TRACK_1_OTHER, HVC_TRACK_2],
	},
	{ name: "an empty payload is a header like any other", packets: [header("video", ""), AVC], want: [AVC] },
	{ name: "what is too large is not kept", packets: [AVC, header("video", "17".repeat(65_537))], want: [AVC] },
];
test.for(cases)("$name", ({ packets, want }) => expect(setOf(...packets)).toEqual(want));

test("the set stays the same object until something changes", () => {
	const headers = new Headers();
	for (const packet of [META, AVC, AAC]) headers.note(packet);
	const before = headers.current;
	for (const packet of [META, header("video", "17000000000164001f"), AAC]) headers.note(packet);
	expect(headers.current).toBe(before);
	headers.note(AVC_OTHER);
	expect(headers.current).not.toBe(before);
	expect(before).toEqual([META, AVC, AAC]);
});

test("a peer that makes up tracks without end is remembered for the last 16", () => {
	const tracks = Array.from({ length: 300 }, (_, id) =>
		header("video", `960068766331${(id % 256).toString(16).padStart(2, "0")}`),
	);
	expect(setOf(...tracks.slice(0, 200))).toEqual(tracks.slice(184, 200));
});

test("says of metadata and headers whether they are news", () => {
	const headers = new Headers();
	expect([META, AVC, META, AVC, AVC_OTHER].map((packet) => headers.note(packet))).toEqual([
		true,
		true,
		false,
		false,
		true,
	]);
	expect([META, AVC, AVC_OTHER].map((packet) => headers.knows(packet))).toEqual([true, false, true]);
	const keyframe: MediaPacket = { ...AVC_OTHER, role: "keyframe" };
	expect([headers.note(keyframe), headers.knows(keyframe)]).toEqual([false, false]);
});
