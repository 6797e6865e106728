import { BitReader } from "./bit-reader.ts";
import type { VideoConfig } from "./codec-config.ts";
import { twoDigits, version } from "./record.ts";

const OBU_SEQUENCE_HEADER = 1;
/** seq_level_idx of 8 and more comes with a tier (AV1 §5.5.1). */
const FIRST_LEVEL_WITH_TIER = 8;

/** Reads an AV1CodecConfigurationRecord ("AV1 Codec ISO Media File Format Binding" §2.3.3). Throws ProtocolError. */
export function readAv1Config(record: Uint8Array): VideoConfig {
	const bits = new BitReader(record);
	bits.skip(1);
	version("av1C", bits.bits(7));
	const profile = bits.bits(3);
	const level = bits.bits(5);
	const tier = bits.flag() ? "H" : "M";
	const isHighDepth = bits.flag();
	const isTwelveBits = bits.flag();
	const depth = isHighDepth ? (profile === 2 && isTwelveBits ? 12 : 10) : 8;
	bits.skip(13);
	return {
		kind: "video",
		codec: "av1",
		codecs: `av01.${profile}.${twoDigits(level)}${tier}.${twoDigits(depth)}`,
		record,
		...av1PictureSize(record.subarray(4)),
	};
}

/** From the sequence header among the OBUs of a configuration or a keyframe, if one is there (AV1 §5.3, §5.5.1). */
export function av1PictureSize(obus: Uint8Array): { width: number; height: number } | undefined {
	let left = obus;
	while (left.length > 0) {
		const bits = new BitReader(left);
		bits.skip(1);
		const type = bits.bits(4);
		const hasExtension = bits.flag();
		const hasSize = bits.flag();
		bits.skip(hasExtension ? 9 : 1);
		const head = hasExtension ? 2 : 1;
		const { value: size, bytes } = hasSize ? leb128(left.subarray(head)) : { value: left.length - head, bytes: 0 };
		const body = left.subarray(head + bytes, head + bytes + size);
		if (type === OBU_SEQUENCE_HEADER) return sequenceSize(new BitReader(body));
		left = left.subarray(head + bytes + size);
	}
	return undefined;
}

/** max_frame_width_minus_1 and max_frame_height_minus_1 of a sequence header OBU (AV1 §5.5.1). */
function sequenceSize(bits: BitReader): { width: number; height: number } {
	bits.skip(4);
	if (bits.flag()) bits.skip(5);
	else skipOperatingPoints(bits);
	const widthBits = bits.bits(4) + 1;
	const heightBits = bits.bits(4) + 1;
	return { width: bits.bits(widthBits) + 1, height: bits.bits(heightBits) + 1 };
}

function skipOperatingPoints(bits: BitReader): void {
	let delayBits = 0;
	if (bits.flag()) {
		bits.skip(64);
		if (bits.flag()) bits.ue();
		if (bits.flag()) {
			delayBits = bits.bits(5) + 1;
			bits.skip(42);
		}
	}
	const hasInitialDelay = bits.flag();
	for (let points = bits.bits(5) + 1; points > 0; points--) {
		bits.skip(12);
		if (bits.bits(5) >= FIRST_LEVEL_WITH_TIER) bits.skip(1);
		if (delayBits > 0 && bits.flag()) bits.skip(2 * delayBits + 1);
		if (hasInitialDelay && bits.flag()) bits.skip(4);
	}
}

/** AV1 §4.10.5; a size of more than 32 bits is none. */
function leb128(bytes: Uint8Array): { value: number; bytes: number } {
	let value = 0;
	for (let at = 0; at < 5; at++) {
		const byte = new BitReader(bytes.subarray(at)).bits(8);
		value += (byte & 0x7f) * 2 ** (7 * at);
		if ((byte & 0x80) === 0) return { value, bytes: at + 1 };
	}
	return { value, bytes: 5 };
}
