import { ByteReader } from "#shared/base/bytes";
import { BitReader, withoutEmulation } from "./bit-reader.ts";
import type { VideoConfig } from "./codec-config.ts";
import { hexByte, version } from "./record.ts";

/** Profiles whose SPS tells chroma format, bit depth and scaling lists (ITU-T H.264 §7.3.2.1.1). */
const HIGH_PROFILES: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** Reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1). Throws ProtocolError. */
export function readAvcConfig(record: Uint8Array): VideoConfig {
	const reader = new ByteReader(record);
	version("avcC", reader.u8());
	const [profile, compatibility, level] = [reader.u8(), reader.u8(), reader.u8()];
	const nalLengthBytes = (reader.u8() & 3) + 1;
	const sets = (count: number): Uint8Array[] => Array.from({ length: count }, () => reader.bytes(reader.u16()));
	const sps = sets(reader.u8() & 0x1f);
	const pps = sets(reader.u8());
	const [first] = sps;
	return {
		kind: "video",
		codec: "h264",
		codecs: `avc1.${hexByte(profile)}${hexByte(compatibility)}${hexByte(level)}`,
		record,
		nalLengthBytes,
		parameterSets: [...sps, ...pps],
		...(first && pictureSize(first)),
	};
}

/** From a sequence parameter set, NAL header included (ITU-T H.264 §7.3.2.1.1, cropping §7.4.2.1.1). */
function pictureSize(sps: Uint8Array): { width: number; height: number } {
	const bits = new BitReader(withoutEmulation(sps.subarray(1)));
	const profile = bits.bits(8);
	bits.skip(16);
	bits.ue();
	const chroma = HIGH_PROFILES.includes(profile) ? chromaFormat(bits) : 1;
	bits.ue();
	skipOrderCount(bits);
	bits.ue();
	bits.skip(1);
	const widthInBlocks = bits.ue() + 1;
	const heightInUnits = bits.ue() + 1;
	const fieldsPerUnit = bits.flag() ? 1 : 2;
	if (fieldsPerUnit === 2) bits.skip(1);
	bits.skip(1);
	const crop = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0];
	const [left = 0, right = 0, top = 0, bottom = 0] = crop;
	const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
	const cropY = (chroma === 1 ? 2 : 1) * fieldsPerUnit;
	return {
		width: widthInBlocks * 16 - (left + right) * cropX,
		height: heightInUnits * 16 * fieldsPerUnit - (top + bottom) * cropY,
	};
}

/** chroma_format_idc, and past what stands behind it. */
function chromaFormat(bits: BitReader): number {
	const format = bits.ue();
	const hasSeparatePlanes = format === 3 && bits.flag();
	bits.ue();
	bits.ue();
	bits.skip(1);
	if (bits.flag()) for (let list = 0; list < (format === 3 ? 12 : 8); list++) skipScalingList(bits, list < 6 ? 16 : 64);
	return hasSeparatePlanes ? 0 : format;
}

/** ITU-T H.264 §7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
	if (!bits.flag()) return;
	let [last, next] = [8, 8];
	for (let at = 0; at < size && next !== 0; at++) {
		next = (last + bits.se() + 256) % 256;
		last = next === 0 ? last : next;
	}
}

function skipOrderCount(bits: BitReader): void {
	const type = bits.ue();
	if (type === 0) bits.ue();
	if (type !== 1) return;
	bits.skip(1);
	bits.se();
	bits.se();
	for (let left = bits.ue(); left > 0; left--) bits.se();
}
