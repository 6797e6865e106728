import fc from "fast-check";
import { expect, test } from "vitest";
import { MeshError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import type { AudioConfig, CodecConfig } from "./codec-config.ts";
import { frameSamples } from "./frame-samples.ts";
import { readFrameConfig } from "./read-frame-config.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const packet = (kind: "audio" | "video", role: "frame" | "keyframe", hex: string): MediaPacket => ({
	kind,
	role,
	time: 0,
	payload: bytes(hex),
});
/** Enhanced RTMP's CodedFrames. */
const audio = (fourCc: string, frame: string) => packet("audio", "frame", `91 ${ascii(fourCc)} ${frame}`);
const video = (fourCc: string, frame: string) => packet("video", "keyframe", `91 ${ascii(fourCc)} ${frame}`);

// The frames begin as those that ffmpeg 5.1 makes (libmp3lame, ac3, eac3, libvpx); what they say is ffprobe's word, and the
// records are those of the MP4 files it writes of them.
const known = [
	{
		name: "MP3 by FLV's own number",
		packet: packet("audio", "frame", "2f fffb9464000001ee0850"),
		says: { codec: "mp3", codecs: "mp4a.6B", sampleRate: 48_000, channels: 2, frameSamples: 1152 },
	},
	{
		name: "MP3 of half the rate by Enhanced RTMP",
		packet: audio(".mp3", "fff340c400133062"),
		says: { codec: "mp3", codecs: "mp4a.69", sampleRate: 22_050, channels: 1, frameSamples: 576 },
	},
	{
		name: "AC-3, 5.1",
		packet: audio("ac-3", "0b771e8b1c40ebf8403eff74"),
		says: {
			codec: "ac3",
			codecs: "ac-3",
			sampleRate: 48_000,
			channels: 6,
			frameSamples: 1536,
			record: bytes("103dc0"),
		},
	},
	{
		name: "E-AC-3, 5.1",
		packet: audio("ec-3", "0b77017f3f87c00020f82000"),
		says: {
			codec: "eac3",
			codecs: "ec-3",
			sampleRate: 48_000,
			channels: 6,
			frameSamples: 1536,
			record: bytes("0600200f00"),
		},
	},
] as const;

test.for(known)("a frame without header packet tells its configuration: $name", ({ packet, says }) => {
	expect(readFrameConfig(packet)).toMatchObject(says);
});

const vp9: CodecConfig = { kind: "video", codec: "vp9", codecs: "vp09.00.21.08", record: bytes("0015820202020000") };

test.for([
	["8 bits 4:2:0", "824983420014100b560438241c184a00"],
	["10 bits 4:4:4", "b124c1a10000a0805ab011c120e0c2c0"],
] as const)("a VP9 keyframe tells the size its header lacks: %s", ([, frame]) => {
	expect(readFrameConfig(video("vp09", frame), vp9)).toEqual({ ...vp9, width: 322, height: 182 });
});

test("of other frames there is nothing to learn", () => {
	const keyframe = video("vp09", "824983420014100b560438241c184a00");
	expect(readFrameConfig({ ...keyframe, role: "frame" }, vp9)).toBeUndefined();
	expect(readFrameConfig(keyframe, { ...vp9, width: 322, height: 182 })).toBeUndefined();
	expect(readFrameConfig(packet("audio", "frame", "af 01 2100"))).toBeUndefined();
});

test.for([
	["MP3 without sync word", packet("audio", "frame", "2f 00fb9464"), "sync word"],
	["layer II", packet("audio", "frame", "2f fffd9464"), "layer III"],
	["AC-3 of a reserved sample rate", audio("ac-3", "0b771e8bdc40ebf8"), "sample rate code 3"],
	["E-AC-3 that is AC-3", audio("ec-3", "0b771e8b1c40ebf8"), "E-AC-3"],
	["AC-3 that is cut off", audio("ac-3", "0b771e"), "ends"],
] as const)("a malformed frame is refused in a sentence: %s", ([, frame, sentence]) => {
	expect(() => readFrameConfig(frame)).toThrow(sentence);
});

const opus = {
	kind: "audio",
	codec: "opus",
	codecs: "opus",
	record: bytes(""),
	sampleRate: 48_000,
	channels: 2,
} as const;
const flac = { ...opus, codec: "flac", codecs: "fLaC" } as const;

// RFC 6716 §3.1 and §3.2; RFC 9639 §9.1.1 and its example 3 (appendix D.3.4).
test.for([
	["Opus: CELT of 20 ms", opus, "fc", 960],
	["Opus: SILK of 60 ms", opus, "18", 2880],
	["Opus: hybrid of 10 ms, two frames", opus, "61", 960],
	["Opus: six frames of 20 ms", opus, "fb06", 5760],
	["Opus: 63 frames, more than a packet may have", opus, "fb3f", 5760],
	["Opus: nothing", opus, "", 0],
	["FLAC: 4,608", flac, "fff85a0800", 4608],
	["FLAC: 192", flac, "fff81a0800", 192],
	["FLAC: 4,096", flac, "fff8c90800", 4096],
	["FLAC: 24, in a byte behind", flac, "fff868020017e9", 24],
	["FLAC: 1,000, in two bytes behind a coded number of two", flac, "fff87802c28003e7", 1000],
	["FLAC: cut off", flac, "fff8", 0],
] as const)("how long a frame is: %s", ([, config, hex, samples]) => {
	expect(frameSamples(config as AudioConfig, bytes(hex))).toBe(samples);
});

test("any frame is read or refused, and has a length", () => {
	fc.assert(
		fc.property(fc.constantFrom(...known), fc.uint8Array({ maxLength: 24 }), fc.nat(16), ({ packet }, noise, keep) => {
			const payload = Buffer.concat([packet.payload.subarray(0, keep), noise]);
			expect(frameSamples(opus, payload)).toBeLessThanOrEqual(5760);
			expect(frameSamples(flac, payload)).toBeLessThanOrEqual(65_536);
			try {
				readFrameConfig({ ...packet, payload });
			} catch (error) {
				expect(error).toBeInstanceOf(MeshError);
			}
		}),
		{ numRuns: 400 },
	);
});
