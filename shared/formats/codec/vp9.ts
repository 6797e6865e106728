import { ByteReader } from "#shared/base/bytes";
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
