import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CodecConfig, frameSamples, readCodecConfig, readFrameConfig } from "#shared/formats/codec";
import { bodyOf, compositionTime, encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { fixture, framesOf } from "../../../test/support/clip.ts";
import { decodedFrames, hashesOf, parseMp4, samplesOf } from "../../../test/support/mp4.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { encodeFragment, type Fragment, type Sample } from "./fragment.ts";
import { type InitSegment, initSegment, isRefusal } from "./init-segment.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const box = (file: Uint8Array, type: string): Buffer => {
	const all = Buffer.from(file);
	const at = all.indexOf(type, 0, "latin1");
	return all.subarray(at + 4, at - 4 + all.readUInt32BE(at - 4));
};

const initOf = (config: CodecConfig): InitSegment => {
	const init = initSegment(config);
	if (isRefusal(init)) throw new Error(init.refused);
	return init;
};

/** One track of packets in one init segment and one fragment, decode times counted from 0. */
function wrapped(packets: readonly MediaPacket[], kind: "video" | "audio"): Uint8Array[] {
	const track = packets.filter((packet) => packet.kind === kind);
	const frames = framesOf(track);
	const [first] = frames;
	const header = track.map((packet) => readCodecConfig(packet)).find((config) => config);
	const config = (first && readFrameConfig(first, header)) ?? header;
	if (!config) throw new Error("no configuration");
	const samples = frames.map((packet, index): Sample => {
		const body = bodyOf(packet) ?? new Uint8Array();
		const next = frames[index + 1];
		const duration = config.kind === "audio" ? frameSamples(config, body) : (next ? next.time - packet.time : 33) * 90;
		const isSync = kind === "audio" || packet.role === "keyframe";
		return { body, duration, compositionOffset: compositionTime(packet.payload) * 90, isSync };
	});
	return [initOf(config).bytes, encodeFragment({ kind, sequence: 1, decodeTime: 0, utc: 0, samples })];
}

const asFlv = (packets: readonly MediaPacket[]): Uint8Array =>
	Buffer.concat([FLV_HEADER, ...packets.map(encodeFlvTag)]);

test.for([
	["H.264 with B-frames", "bframes.flv", "video", "avc1.64000d"],
	["AAC", "bframes.flv", "audio", "mp4a.40.2"],
	["HEVC", "hevc-aac.enhanced.flv", "video", "hvc1.1.6.L60.90"],
	["AV1", "av1-opus.enhanced.flv", "video", "av01.0.00M.08"],
	["Opus", "av1-opus.enhanced.flv", "audio", "Opus"],
] as const)("a reader of MP4 finds every frame of what an encoder sent: %s", ([, file, kind, codec]) => {
	const packets = fixture(file);
	const [init = new Uint8Array(), fragment = new Uint8Array()] = wrapped(packets, kind);
	const frames = framesOf(packets).filter((packet) => packet.kind === kind);
	const track = parseMp4(init, fragment).getInfo().tracks[0];
	expect(track?.codec).toBe(codec);
	const samples = samplesOf(init, fragment);
	expect(samples.map(({ offset, size }) => Buffer.concat([init, fragment]).subarray(offset, offset + size))).toEqual(
		frames.map((packet) => Buffer.from(bodyOf(packet) ?? [])),
	);
	const ticks = (ms: number): number => ms * 90;
	if (kind === "video") {
		const offsets = frames.map(({ payload }) => ticks(compositionTime(payload)));
		expect(samples.map(({ cts, dts }) => cts - dts)).toEqual(offsets);
		expect(samples.map(({ is_sync }) => is_sync)).toEqual(frames.map(({ role }) => role === "keyframe"));
	}
});

test("ffmpeg decodes the same pictures from it as from what the encoder sent", { timeout: 30_000 }, () => {
	const packets = fixture("bframes.flv").filter(({ kind }) => kind === "video");
	expect(hashesOf(decodedFrames(Buffer.concat(wrapped(packets, "video"))))).toEqual(
		hashesOf(decodedFrames(asFlv(packets), "flv")),
	);
});

/** What ffmpeg makes of half a second, as MP4 and with the codec's own name. */
const made = [
	{ name: "mp3", fourCc: ".mp3", args: ["-c:a", "libmp3lame"] },
	{ name: "ac3", fourCc: "ac-3", args: ["-c:a", "ac3"] },
	{ name: "eac3", fourCc: "ec-3", args: ["-c:a", "eac3"] },
	{ name: "flac", fourCc: "fLaC", args: ["-c:a", "flac"] },
	{ name: "vp9", fourCc: "vp09", args: ["-c:v", "libvpx-vp9"] },
] as const;
let folder: TempFolder;
beforeAll(() => {
	folder = new TempFolder();
	const sound = ["-f", "lavfi", "-i", "sine=440:duration=0.5:sample_rate=48000"];
	const picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=0.5"];
	const outputs = made.flatMap(({ name, args }) => [
		...["-map", name === "vp9" ? "1:v" : "0:a", "-strict", "-2", ...args, folder.file(`${name}.mp4`)],
	]);
	const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", ...sound, ...picture, ...outputs]);
	if (status !== 0) throw new Error(stderr.toString());
});
afterAll(() => folder[Symbol.dispose]());

test.for(made)(
	"what ffmpeg makes and decodes is decoded alike from our boxes: $name",
	{ timeout: 30_000 },
	({ name, fourCc }) => {
		const theirs = readFileSync(join(folder.path, `${name}.mp4`));
		const kind = name === "vp9" ? "video" : "audio";
		const payload = (type: number, body: Uint8Array) =>
			Buffer.concat([bytes(`${type.toString(16)} ${ascii(fourCc)}`), body]);
		const records: Partial<Record<typeof name, () => Uint8Array>> = {
			vp9: () => box(theirs, "vpcC").subarray(4),
			flac: () => Buffer.concat([bytes(ascii("fLaC")), box(theirs, "dfLa").subarray(4)]),
		};
		const record = records[name]?.();
		const headers: MediaPacket[] = record ? [{ kind, role: "header", time: 0, payload: payload(0x90, record) }] : [];
		const frames = samplesOf(theirs).map(({ offset, size, dts, is_sync }): MediaPacket => {
			const role = kind === "video" && is_sync ? "keyframe" : "frame";
			const body = theirs.subarray(offset, offset + size);
			return {
				kind,
				role,
				time: Math.round(dts / 100),
				payload: payload(role === "keyframe" ? 0x91 : kind === "video" ? 0xa1 : 0x91, body),
			};
		});
		const ours = Buffer.concat(wrapped([...headers, ...frames], kind));
		const stripped = hashesOf(decodedFrames(theirs));
		expect(hashesOf(decodedFrames(ours)).slice(-stripped.length + 2)).toEqual(stripped.slice(2));
		if (name === "ac3") expect(box(ours, "dac3")).toEqual(box(theirs, "dac3"));
		if (name === "eac3") expect(box(ours, "dec3")).toEqual(box(theirs, "dec3"));
		if (name === "flac") expect(box(ours, "dfLa")).toEqual(box(theirs, "dfLa"));
	},
);

/** A fragment of two pictures, with all that goes beyond 32 bits and below zero. */
const TWO: Fragment = {
	kind: "video",
	sequence: 2 ** 32 + 7,
	decodeTime: 161_000_000_000_001,
	utc: 1_790_000_000 * 90_000 + 45_000,
	samples: [
		{ body: bytes("aabb"), duration: 3000, compositionOffset: 6000, isSync: true },
		{ body: bytes("cc"), duration: 2970, compositionOffset: -3000, isSync: false },
	],
};

test("a fragment is what ISO/IEC 14496-12 says, byte for byte", () => {
	const u64 = "0000926d bbcf1001";
	expect(Buffer.from(encodeFragment(TWO)).toString("hex")).toBe(
		[
			`00000020 ${ascii("prft")} 01000008 00000001 ee5bba00 80000000 ${u64}`,
			`00000078 ${ascii("moof")}`,
			`00000010 ${ascii("mfhd")} 00000000 00000007`,
			`00000060 ${ascii("traf")}`,
			`00000010 ${ascii("tfhd")} 00020000 00000001`,
			`00000014 ${ascii("tfdt")} 01000000 ${u64}`,
			`00000034 ${ascii("trun")} 01000f01 00000002 00000080`,
			"00000bb8 00000002 02000000 00001770",
			"00000b9a 00000001 01010000 fffff448",
			`0000000b ${ascii("mdat")} aabbcc`,
		]
			.join("")
			.replaceAll(" ", ""),
	);
});

test("a player reads negative composition offsets and times of today", () => {
	const [video] = fixture("bframes.flv").flatMap((packet) => readCodecConfig(packet) ?? []);
	if (!video) throw new Error("no header");
	const samples = samplesOf(initOf(video).bytes, encodeFragment(TWO));
	expect(samples.map(({ dts, cts, duration }) => ({ dts, cts, duration }))).toEqual([
		{ dts: TWO.decodeTime, cts: TWO.decodeTime + 6000, duration: 3000 },
		{ dts: TWO.decodeTime + 3000, cts: TWO.decodeTime, duration: 2970 },
	]);
});

const AVC_WITHOUT_SETS = "014d4028ffe000";

test.for([
	[
		"H.264 without SPS",
		{ role: "header", payload: bytes(`17 00 000000 ${AVC_WITHOUT_SETS}`) },
		"sequence parameter set",
	],
	["VP9 of unknown size", { role: "header", payload: bytes(`90 ${ascii("vp09")} 0015820202020000`) }, "picture size"],
] as const)("what no player could begin with is refused in a sentence: %s", ([, packet, sentence]) => {
	const config = readCodecConfig({ kind: "video", time: 0, ...packet });
	if (!config) throw new Error("no configuration");
	expect(initSegment(config)).toEqual({ refused: expect.stringContaining(sentence) });
});

test("any samples make a fragment of exactly its size that is read as it was meant", () => {
	const [video] = fixture("bframes.flv").flatMap((packet) => readCodecConfig(packet) ?? []);
	if (!video) throw new Error("no header");
	const init = initOf(video).bytes;
	const sample = fc.record({
		body: fc.uint8Array({ minLength: 1, maxLength: 40 }),
		duration: fc.integer({ min: 1, max: 1_000_000 }),
		compositionOffset: fc.integer({ min: -(2 ** 23) * 90, max: (2 ** 23 - 1) * 90 }),
		isSync: fc.boolean(),
	});
	fc.assert(
		fc.property(fc.array(sample, { minLength: 1, maxLength: 8 }), fc.nat(2 ** 48), (samples, decodeTime) => {
			const fragment = encodeFragment({ kind: "video", sequence: 1, decodeTime, utc: decodeTime, samples });
			const read = samplesOf(init, fragment);
			const last = read.at(-1);
			expect(last && last.offset + last.size).toBe(init.length + fragment.length);
			expect(read.map(({ duration, cts, dts, is_sync }) => [duration, cts - dts, is_sync])).toEqual(
				samples.map(({ duration, compositionOffset, isSync }) => [duration, compositionOffset, isSync]),
			);
			expect(read[0]?.dts).toBe(decodeTime);
		}),
		{ numRuns: 50 },
	);
});
