import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MeshError } from "#shared/base/errors";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { readCodecConfig } from "./read-codec-config.ts";

const header = (kind: "audio" | "video", hex: string): MediaPacket => ({
	kind,
	role: "header",
	time: 0,
	payload: Buffer.from(hex.replaceAll(" ", ""), "hex"),
});
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");
/** Enhanced RTMP's SequenceStart. */
const exVideo = (fourCc: string, record: string) => header("video", `90 ${ascii(fourCc)} ${record}`);
const exAudio = (fourCc: string, record: string) => header("audio", `90 ${ascii(fourCc)} ${record}`);
const avc = (record: string) => header("video", `17 00 000000 ${record}`);
const aac = (record: string) => header("audio", `af 00 ${record}`);

// The records are those of files made with ffmpeg 5.1 (libx264, libx265, libvpx, libopus); what they say is ffprobe's word.
const H264_MAIN = "014d4028ffe10019674d4028eca03c0113d4d808800000030080000019078c18cb01000568ebe3cb20";
const H264_422_FIELDS =
	"017a0028ffe1001b677a0028bcd94078044fcb808800000300080000030190f8b16cb001000668fba3cb22c0fef8f800";
const HEVC_MAIN10 =
	"01022000000090000000000078f000fcfdfafa00000f03a00001001840010c01ffff022000000300900000030000030078959809a10001002d420101022000000300900000030000030078a003c08010e754d96566924caf016808000003000800000300c840a2000100074401c172b46240";
const VP9 = "0015820202020000";
const FLAC = "664c6143 80000022 1200120000047e0004da0ac440f00000227464b80e4dc9c9bd5ca308a6942a1c06ec";
/** RFC 7845 §5.1: 6 channels, mapping family 1. */
const OPUS_51 = `${ascii("OpusHead")} 01 06 3801 80bb0000 0000 01 04 02 000401020305`;

const known = [
	{
		name: "H.264, cropped on both sides",
		packet: avc(H264_MAIN),
		says: { codec: "h264", codecs: "avc1.4d4028", width: 1918, height: 1078, nalLengthBytes: 4 },
	},
	{
		name: "H.264 4:2:2 in fields",
		packet: avc(H264_422_FIELDS),
		says: { codec: "h264", codecs: "avc1.7a0028", width: 1920, height: 1080 },
	},
	{
		name: "H.264 by Enhanced RTMP",
		packet: exVideo("avc1", H264_MAIN),
		says: { codec: "h264", codecs: "avc1.4d4028", width: 1918, height: 1078 },
	},
	{
		name: "HEVC in 10 bits",
		packet: exVideo("hvc1", HEVC_MAIN10),
		says: { codec: "hevc", codecs: "hvc1.2.4.L120.90", width: 1918, height: 1078, nalLengthBytes: 4 },
	},
	{
		name: "HEVC under FLV's unofficial number",
		packet: header("video", `1c 00 000000 ${HEVC_MAIN10}`),
		says: { codec: "hevc", width: 1918, height: 1078 },
	},
	{ name: "VP9", packet: exVideo("vp09", VP9), says: { codec: "vp9", codecs: "vp09.00.21.08" } },
	{
		name: "VP9 with the box's head",
		packet: exVideo("vp09", `01000000 ${VP9}`),
		says: { codec: "vp9", codecs: "vp09.00.21.08", record: Buffer.from(VP9, "hex") },
	},
	{
		name: "AAC-LC, 5.1",
		packet: aac("12b056e500"),
		says: { codec: "aac", codecs: "mp4a.40.2", sampleRate: 32_000, channels: 6, frameSamples: 1024 },
	},
	// ISO/IEC 14496-3 §1.6.5: explicit signalling of SBR and of parametric stereo.
	{
		name: "HE-AAC",
		packet: aac("2b8a0800"),
		says: { codec: "aac", codecs: "mp4a.40.5", sampleRate: 44_100, channels: 1, frameSamples: 2048 },
	},
	{
		name: "HE-AAC v2",
		packet: aac("eb8a0800"),
		says: { codec: "aac", codecs: "mp4a.40.29", sampleRate: 44_100, channels: 2 },
	},
	{
		name: "Opus, 5.1",
		packet: exAudio("Opus", OPUS_51),
		says: { codec: "opus", codecs: "opus", sampleRate: 48_000, channels: 6 },
	},
	{
		name: "FLAC",
		packet: exAudio("fLaC", FLAC),
		says: { codec: "flac", codecs: "fLaC", sampleRate: 44_100, channels: 1, frameSamples: 4608 },
	},
] as const;

test.for(known)("reads $name", ({ packet, says }) => {
	expect(readCodecConfig(packet)).toMatchObject(says);
});

const fixture = (name: string): MediaPacket[] =>
	readFlv(readFileSync(new URL(`../../../test/fixtures/${name}.flv`, import.meta.url)));

test.for([
	["bframes", ["avc1.64000d 320x180", "mp4a.40.2 48000/2"]],
	["hevc-aac.enhanced", ["hvc1.1.6.L60.90 320x180", "mp4a.40.2 48000/2"]],
	["av1-opus.enhanced", ["av01.0.00M.08 320x180", "opus 48000/2"]],
] as const)("reads what an encoder really sends: %s", ([name, expected]) => {
	const configs = fixture(name).flatMap((packet) => readCodecConfig(packet) ?? []);
	const said = configs.map((config) =>
		config.kind === "video"
			? `${config.codecs} ${config.width}x${config.height}`
			: `${config.codecs} ${config.sampleRate}/${config.channels}`,
	);
	expect(said.toSorted()).toEqual([...expected].toSorted());
});

test.for([
	["a frame", { ...avc(H264_MAIN), role: "keyframe" as const }],
	["a codec that is relayed only", exVideo("vvc1", "00")],
	["several tracks in one packet", header("video", `96 00 ${ascii("avc1")} 00 ${H264_MAIN}`)],
] as const)("%s says nothing", ([, packet]) => {
	expect(readCodecConfig(packet)).toBeUndefined();
});

test.for([
	["an avcC of version 2", avc(`02${H264_MAIN.slice(2)}`), "avcC of version 2"],
	["an avcC that is cut off", avc(H264_MAIN.slice(0, 40)), "are needed"],
	["a channel configuration of 0", aac("1200"), "channel configuration 0"],
	["a reserved sampling frequency", aac("16b0"), "index 13"],
	["an Opus header without magic", exAudio("Opus", "00".repeat(19)), "OpusHead"],
	["a FLAC header without marker", exAudio("fLaC", "00".repeat(42)), "fLaC"],
] as const)("%s is refused in a sentence", ([, packet, sentence]) => {
	expect(() => readCodecConfig(packet)).toThrow(sentence);
});

test("cut or changed anywhere, a header is read or refused, and quickly", () => {
	const change = fc.record({
		row: fc.constantFrom(...known.map(({ packet }) => packet)),
		cut: fc.nat(120),
		at: fc.nat(120),
		byte: fc.nat(255),
	});
	fc.assert(
		fc.property(change, ({ row, cut, at, byte }) => {
			const payload = Buffer.from(row.payload.subarray(0, Math.max(6, cut)));
			if (at >= 5 && at < payload.length) payload[at] = byte;
			try {
				readCodecConfig({ ...row, payload });
			} catch (error) {
				expect(error).toBeInstanceOf(MeshError);
			}
		}),
		{ numRuns: 3000 },
	);
});
