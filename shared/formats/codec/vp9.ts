import { ByteReader } from "#shared/base/bytes";
import { BitReader } from "./bit-reader.ts";
import type { VideoConfig } from "./codec-config.ts";
import { twoDigits } from "./record.ts";

/** Version 1 and no flags: some encoders send the box's content whole, which has this in front of the record. */
const FULL_BOX_HEAD = 0x0100_0000;

/** Reads a VPCodecConfigurationRecord ("VP Codec ISO Media File Format Binding"). Throws ProtocolError. */
export function readVp9Config(payload: Uint8Array): VideoConfig {
	const isBox = new ByteReader(payload).u32() === FULL_BOX_HEAD;
	const record = isBox ? payload.subarray(4) : payload;
	const reader = new ByteReader(record);
	const [profile, level, depth] = [reader.u8(), reader.u8(), reader.u8() >> 4];
	reader.skip(5);
	const codecs = `vp09.${twoDigits(profile)}.${twoDigits(level)}.${twoDigits(depth)}`;
	return { kind: "video", codec: "vp9", codecs, record };
}

const FRAME_MARKER = 2;
const SYNC_CODE = 0x49_83_42;
const SRGB = 7;

/** From the uncompressed header of a keyframe (VP9 §6.2); undefined for other frames. */
export function vp9PictureSize(frame: Uint8Array): { width: number; height: number } | undefined {
	const bits = new BitReader(frame);
	if (bits.bits(2) !== FRAME_MARKER) return undefined;
	const profile = bits.bits(1) + 2 * bits.bits(1);
	if (profile === 3) bits.skip(1);
	const isShownAgain = bits.flag();
	if (isShownAgain || bits.flag()) return undefined;
	bits.skip(2);
	if (bits.bits(24) !== SYNC_CODE) return undefined;
	skipColor(bits, profile);
	return { width: bits.bits(16) + 1, height: bits.bits(16) + 1 };
}

/** color_config (VP9 §6.2.2). */
function skipColor(bits: BitReader, profile: number): void {
	if (profile >= 2) bits.skip(1);
	const isSubsampled = bits.bits(3) !== SRGB;
	const hasOddProfile = (profile & 1) === 1;
	if (isSubsampled) bits.skip(hasOddProfile ? 4 : 1);
	else if (hasOddProfile) bits.skip(1);
}
