import { ProtocolError } from "#shared/base/errors";
import { BitReader } from "./bit-reader.ts";
import type { AudioConfig } from "./codec-config.ts";

const SYNC = 0x7ff;
const MPEG_1 = 3;
const MPEG_2 = 2;
const RESERVED_VERSION = 1;
const LAYER_3 = 1;
const MONO = 3;
/** Of MPEG-1 (ISO/IEC 11172-3 §2.4.2.3); MPEG-2 has half of it, MPEG-2.5 a quarter. */
const RATES = [44_100, 48_000, 32_000];

/** Reads the header every MPEG audio frame begins with (ISO/IEC 11172-3 §2.4.1.3). Throws ProtocolError. */
export function readMp3Frame(frame: Uint8Array): AudioConfig {
	const bits = new BitReader(frame);
	if (bits.bits(11) !== SYNC) throw new ProtocolError("codec-header", "an MP3 frame without its sync word");
	const version = bits.bits(2);
	const layer = bits.bits(2);
	bits.skip(5);
	const rate = RATES[bits.bits(2)];
	bits.skip(2);
	const channels = bits.bits(2) === MONO ? 1 : 2;
	if (version === RESERVED_VERSION || layer !== LAYER_3 || rate === undefined)
		throw new ProtocolError("codec-header", "an MPEG audio frame that is not of layer III");
	const isFirst = version === MPEG_1;
	return {
		kind: "audio",
		codec: "mp3",
		// Object types of ISO/IEC 14496-1 table 5: MPEG-1 audio and MPEG-2 audio.
		codecs: isFirst ? "mp4a.6B" : "mp4a.69",
		record: new Uint8Array(),
		sampleRate: isFirst ? rate : rate / (version === MPEG_2 ? 2 : 4),
		channels,
		frameSamples: isFirst ? 1152 : 576,
	};
}
