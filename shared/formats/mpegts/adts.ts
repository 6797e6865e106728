import type { AudioConfig } from "#shared/formats/codec";

const HEAD_BYTES = 7;
/** aac_frame_length has 13 bits and counts the header. */
const MAX_FRAME_BYTES = 0x1fff;
const AAC_LC = 2;
/** Audio object types of which the core is AAC-LC; a decoder finds the rest by itself (ISO/IEC 14496-3 §1.6.6). */
const EXTENDED: readonly number[] = [5, 29];
/** ADTS has two bits for the object type, four for the index of the rate and three for the channels. */
const MAX_TYPE = 4;
const MAX_RATE_INDEX = 12;
const MAX_CHANNELS = 7;

/**
 * Puts a frame behind the header that tells a decoder what the AudioSpecificConfig did (ISO/IEC 14496-3 §1.A.2.2); nothing
 * for a frame that is too large. Undefined where the configuration does not fit into such a header.
 */
export function adtsFramer({ record }: AudioConfig): ((frame: Uint8Array) => Uint8Array[]) | undefined {
	const [first = 0, second = 0] = record;
	const said = first >> 3;
	const type = EXTENDED.includes(said) ? AAC_LC : said;
	const rate = ((first & 7) << 1) | (second >> 7);
	const channels = (second >> 3) & 0x0f;
	if (type === 0 || type > MAX_TYPE || rate > MAX_RATE_INDEX || channels > MAX_CHANNELS) return undefined;
	return (frame) => {
		const size = HEAD_BYTES + frame.length;
		if (size > MAX_FRAME_BYTES) return [];
		const head = Buffer.allocUnsafe(HEAD_BYTES);
		// MPEG-4, layer 0, no CRC.
		head.writeUInt16BE(0xfff1, 0);
		head[2] = ((type - 1) << 6) | (rate << 2) | (channels >> 2);
		head.writeUInt32BE((((channels & 3) << 30) | (size << 13) | 0x1ffc) >>> 0, 3);
		return [head, frame];
	};
}
