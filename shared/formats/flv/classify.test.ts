import fc from "fast-check";
import { expect, test } from "vitest";
import type { PacketRole, TrackKind } from "#shared/formats/packet";
import { classify } from "./classify.ts";
import { codecOf } from "./codec-of.ts";
import { compositionTime } from "./composition-time.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");

type Case = { name: string; kind: TrackKind; bytes: string; role: PacketRole; codec?: string; offset?: number };

/** Laid out by hand from FLV §E.4.2-E.4.3 and Enhanced RTMP v2. */
const cases: Case[] = [
	{ name: "AVC header", kind: "video", bytes: "17 00 000000 0142c01e", role: "header", codec: "avc1" },
	{ name: "AVC keyframe", kind: "video", bytes: "17 01 000000 00000001", role: "keyframe", codec: "avc1" },
	{ name: "AVC frame, 66 ms late", kind: "video", bytes: "27 01 000042 00", role: "frame", codec: "avc1", offset: 66 },
	{ name: "AVC frame, early", kind: "video", bytes: "27 01 ffffdf 00", role: "frame", codec: "avc1", offset: -33 },
	{ name: "AVC disposable frame", kind: "video", bytes: "37 01 000000", role: "frame", codec: "avc1" },
	{ name: "AVC end of sequence", kind: "video", bytes: "17 02 000000", role: "other", codec: "avc1" },
	{ name: "AVC cut after one byte", kind: "video", bytes: "17", role: "other", codec: "avc1" },
	{ name: "AVC cut in its composition time", kind: "video", bytes: "27 01 0000", role: "frame", codec: "avc1" },
	{ name: "seek notice", kind: "video", bytes: "57 00", role: "other", codec: "avc1" },
	{ name: "legacy HEVC header", kind: "video", bytes: "1c 00 000000 01", role: "header", codec: "hvc1" },
	{ name: "legacy HEVC keyframe", kind: "video", bytes: "1c 01 000021", role: "keyframe", codec: "hvc1", offset: 33 },
	{ name: "legacy AV1 frame", kind: "video", bytes: "2d 01 000000", role: "frame", codec: "av01" },
	{ name: "H.263 keyframe", kind: "video", bytes: "12 000084", role: "keyframe", codec: "FLV1" },
	{ name: "H.263 frame", kind: "video", bytes: "22 000084", role: "frame", codec: "FLV1" },
	{ name: "VP6 keyframe", kind: "video", bytes: "14 00", role: "keyframe", codec: "VP6F" },
	{ name: "VP6 frame with alpha", kind: "video", bytes: "25 00", role: "frame", codec: "VP6A" },
	{ name: "unknown video codec", kind: "video", bytes: "2f 00", role: "frame", codec: "video-15" },
	{ name: "empty video", kind: "video", bytes: "", role: "other" },
	{ name: "AAC header", kind: "audio", bytes: "af 00 1190", role: "header", codec: "mp4a" },
	{ name: "AAC frame", kind: "audio", bytes: "af 01 2110", role: "frame", codec: "mp4a" },
	{ name: "AAC cut after one byte", kind: "audio", bytes: "af", role: "other", codec: "mp4a" },
	{ name: "MP3", kind: "audio", bytes: "2f fffb", role: "frame", codec: ".mp3" },
	{ name: "MP3 at 8 kHz", kind: "audio", bytes: "e2 fffb", role: "frame", codec: ".mp3" },
	{ name: "Speex", kind: "audio", bytes: "b6 00", role: "frame", codec: "spex" },
	{ name: "G.711 A-law", kind: "audio", bytes: "72 00", role: "frame", codec: "alaw" },
	{ name: "Nellymoser", kind: "audio", bytes: "6a 00", role: "frame", codec: "audio-6" },
	{ name: "empty audio", kind: "audio", bytes: "", role: "other" },
	{ name: "HEVC SequenceStart", kind: "video", bytes: `90 ${ascii("hvc1")} 01`, role: "header", codec: "hvc1" },
	{
		name: "HEVC keyframe CodedFrames",
		kind: "video",
		bytes: `91 ${ascii("hvc1")} 000042 00`,
		role: "keyframe",
		codec: "hvc1",
		offset: 66,
	},
	{ name: "HEVC CodedFramesX", kind: "video", bytes: `a3 ${ascii("hvc1")} 000042`, role: "frame", codec: "hvc1" },
	{ name: "HEVC SequenceEnd", kind: "video", bytes: `92 ${ascii("hvc1")}`, role: "other", codec: "hvc1" },
	{
		name: "AVC CodedFrames, early",
		kind: "video",
		bytes: `a1 ${ascii("avc1")} ffffff 00`,
		role: "frame",
		codec: "avc1",
		offset: -1,
	},
	{ name: "AV1 SequenceStart", kind: "video", bytes: `90 ${ascii("av01")} 81`, role: "header", codec: "av01" },
	{ name: "AV1 MPEG2TSSequenceStart", kind: "video", bytes: `95 ${ascii("av01")} 80`, role: "header", codec: "av01" },
	{ name: "AV1 frame has no offset", kind: "video", bytes: `a1 ${ascii("av01")} 000042`, role: "frame", codec: "av01" },
	{ name: "VP9 keyframe", kind: "video", bytes: `91 ${ascii("vp09")} 00`, role: "keyframe", codec: "vp09" },
	{ name: "VP8 frame", kind: "video", bytes: `a1 ${ascii("vp08")} 00`, role: "frame", codec: "vp08" },
	{ name: "HDR metadata", kind: "video", bytes: `94 ${ascii("hvc1")} 02`, role: "other", codec: "hvc1" },
	{ name: "extended seek notice", kind: "video", bytes: "d1 00", role: "other", codec: "unknown" },
	{ name: "extended video of one byte", kind: "video", bytes: "91", role: "other", codec: "unknown" },
	{ name: "FourCC that is no text", kind: "video", bytes: "91 00010203 00", role: "other", codec: "unknown" },
	{
		name: "ModEx, then an HEVC keyframe",
		kind: "video",
		bytes: `97 02 0f4240 01 ${ascii("hvc1")} 000021 00`,
		role: "keyframe",
		codec: "hvc1",
		offset: 33,
	},
	{
		name: "two ModEx, one of 256 bytes",
		kind: "video",
		bytes: `a7 00 aa 07 ff 00ff ${"bb".repeat(256)} 03 ${ascii("hvc1")} 00`,
		role: "frame",
		codec: "hvc1",
	},
	{ name: "ModEx without an end", kind: "video", bytes: "97 02 0f42", role: "other", codec: "unknown" },
	{
		name: "one track of a multitrack",
		kind: "video",
		bytes: `96 01 ${ascii("hvc1")} 01 000021 00`,
		role: "keyframe",
		codec: "hvc1",
		offset: 33,
	},
	{
		name: "headers of many tracks",
		kind: "video",
		bytes: `96 10 ${ascii("avc1")} 00 000001 42 01 000001 42`,
		role: "header",
		codec: "avc1",
	},
	{
		name: "frames of many tracks and codecs",
		kind: "video",
		bytes: `a6 21 ${ascii("avc1")} 00 000004 000042 ff ${ascii("av01")} 01 000001 ff`,
		role: "frame",
		codec: "avc1",
		offset: 66,
	},
	{ name: "Opus SequenceStart", kind: "audio", bytes: `90 ${ascii("Opus")} 4f`, role: "header", codec: "Opus" },
	{ name: "Opus frame", kind: "audio", bytes: `91 ${ascii("Opus")} fc`, role: "frame", codec: "Opus" },
	{ name: "AC-3 frame", kind: "audio", bytes: `91 ${ascii("ac-3")} 0b77`, role: "frame", codec: "ac-3" },
	{ name: "E-AC-3 frame", kind: "audio", bytes: `91 ${ascii("ec-3")} 0b77`, role: "frame", codec: "ec-3" },
	{ name: "FLAC SequenceStart", kind: "audio", bytes: `90 ${ascii("fLaC")} 66`, role: "header", codec: "fLaC" },
	{ name: "extended AAC frame", kind: "audio", bytes: `91 ${ascii("mp4a")} 21`, role: "frame", codec: "mp4a" },
	{ name: "audio SequenceEnd", kind: "audio", bytes: `92 ${ascii("Opus")}`, role: "other", codec: "Opus" },
	{ name: "MultichannelConfig", kind: "audio", bytes: `94 ${ascii("Opus")} 00 06`, role: "other", codec: "Opus" },
	{ name: "audio multitrack header", kind: "audio", bytes: `95 00 ${ascii("mp4a")} 01`, role: "header", codec: "mp4a" },
	{ name: "audio multitrack frame", kind: "audio", bytes: `95 01 ${ascii("mp4a")} 01`, role: "frame", codec: "mp4a" },
	{ name: "audio ModEx", kind: "audio", bytes: `97 00 aa 01 ${ascii("Opus")}`, role: "frame", codec: "Opus" },
	{ name: "onMetaData", kind: "data", bytes: `02 000a ${ascii("onMetaData")} 08`, role: "metadata" },
	{ name: "onCuePoint", kind: "data", bytes: `02 000a ${ascii("onCuePoint")} 03`, role: "other" },
	{ name: "empty data", kind: "data", bytes: "", role: "other" },
];

test.for(cases)("$name is $role", ({ kind, bytes, role }) => {
	expect(classify(kind, hex(bytes))).toBe(role);
});

test.for(cases)("codec of $name is $codec", ({ kind, bytes, codec }) => {
	expect(codecOf(kind, hex(bytes))).toBe(codec);
});

test.for(cases.filter(({ kind }) => kind === "video"))("composition time of $name", ({ bytes, offset }) => {
	expect(compositionTime(hex(bytes))).toBe(offset ?? 0);
});

test("a payload within a larger buffer is read where it begins", () => {
	expect(compositionTime(hex("ffffff 2701000042 00").subarray(3))).toBe(66);
	expect(compositionTime(new Uint8Array(hex("2701000042")))).toBe(66);
});

test("any payload has a role, a short printable codec and an offset", () => {
	const roles = ["header", "keyframe", "frame", "metadata", "other"];
	const start = fc.constantFrom(0x17, 0x90, 0x95, 0x96, 0x97, 0xa6, 0xa7, 0xaf);
	fc.assert(
		fc.property(
			fc.constantFrom("audio", "video", "data"),
			start,
			fc.uint8Array({ maxLength: 40 }),
			(kind, first, rest) => {
				const payload = Uint8Array.of(first, ...rest);
				expect(roles).toContain(classify(kind, payload));
				expect(codecOf(kind, payload) ?? "data").toMatch(/^[\x20-\x7e]{4,8}$/);
				expect(Number.isInteger(compositionTime(payload))).toBe(true);
			},
		),
		{ numRuns: 2000 },
	);
});
