import { ByteReader } from "#shared/base/bytes";
import { BitReader, withoutEmulation } from "./bit-reader.ts";
import type { VideoConfig } from "./codec-config.ts";
import { version } from "./record.ts";

const NAL_SPS = 33;
/** Profile, tier and level: what a sub-layer's profile has beside its level (ITU-T H.265 §7.3.3). */
const PROFILE_BITS = 88;

/** Reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1). Throws ProtocolError. */
export function readHevcConfig(record: Uint8Array): VideoConfig {
	const reader = new ByteReader(record);
	version("hvcC", reader.u8());
	const profile = reader.u8();
	const compatibility = reader.u32();
	const constraints = reader.bytes(6);
	const level = reader.u8();
	reader.skip(8);
	const nalLengthBytes = (reader.u8() & 3) + 1;
	const parameterSets: Uint8Array[] = [];
	for (let arrays = reader.u8(); arrays > 0; arrays--) {
		reader.skip(1);
		for (let sets = reader.u16(); sets > 0; sets--) parameterSets.push(reader.bytes(reader.u16()));
	}
	const sps = parameterSets.find((set) => (((set[0] ?? 0) >> 1) & 0x3f) === NAL_SPS);
	return {
		kind: "video",
		codec: "hevc",
		codecs: codecs(profile, compatibility, constraints, level),
		record,
		nalLengthBytes,
		parameterSets,
		...(sps && pictureSize(sps)),
	};
}

/** ISO/IEC 14496-15 Annex E.3: profile, compatibility flags in reverse bit order, tier and level, constraints without zeros behind. */
function codecs(profile: number, compatibility: number, constraints: Uint8Array, level: number): string {
	const space = ["", "A", "B", "C"][profile >> 6] ?? "";
	const tier = (profile & 0x20) === 0 ? "L" : "H";
	let reversed = 0;
	for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + ((compatibility >>> bit) & 1);
	const last = constraints.findLastIndex((byte) => byte !== 0);
	const bytes = [...constraints.subarray(0, last + 1)].map((byte) => byte.toString(16).toUpperCase());
	const parts = [`hvc1.${space}${profile & 0x1f}`, reversed.toString(16).toUpperCase(), `${tier}${level}`, ...bytes];
	return parts.join(".");
}

/** From a sequence parameter set, NAL header included (ITU-T H.265 §7.3.2.2.1). */
function pictureSize(sps: Uint8Array): { width: number; height: number } {
	const bits = new BitReader(withoutEmulation(sps.subarray(2)));
	bits.skip(4);
	const subLayers = bits.bits(3);
	bits.skip(1 + PROFILE_BITS + 8);
	skipSubLayers(bits, subLayers);
	bits.ue();
	const chroma = bits.ue();
	if (chroma === 3) bits.skip(1);
	const [width, height] = [bits.ue(), bits.ue()];
	const window = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
	const [left = 0, right = 0, top = 0, bottom = 0] = window;
	const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
	const cropY = chroma === 1 ? 2 : 1;
	return { width: width - (left + right) * cropX, height: height - (top + bottom) * cropY };
}

function skipSubLayers(bits: BitReader, count: number): void {
	if (count === 0) return;
	const present = Array.from({ length: count }, () => ({ profile: bits.flag(), level: bits.flag() }));
	bits.skip((8 - count) * 2);
	for (const { profile, level } of present) bits.skip((profile ? PROFILE_BITS : 0) + (level ? 8 : 0));
}
