import { ProtocolError } from "#shared/base/errors";
import { BitReader } from "./bit-reader.ts";
import type { AudioConfig } from "./codec-config.ts";

/** samplingFrequencyIndex (ISO/IEC 14496-3 table 1.18). */
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const EXPLICIT_RATE = 15;
/** channelConfiguration (table 1.19); 0 leaves it to a program config element, which nobody sends over RTMP. */
const CHANNELS: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8, 11: 7, 12: 8, 14: 8 };
const SBR = 5;
const PS = 29;
const ESCAPE = 31;
/** Types whose GASpecificConfig says first whether frames are of 1,024 samples or of 960 (§4.4.1). */
const WITH_FRAME_LENGTH: readonly number[] = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23];

/** Reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). Throws ProtocolError. */
export function readAacConfig(record: Uint8Array): AudioConfig {
	const bits = new BitReader(record);
	const type = objectType(bits);
	const coreRate = rate(bits);
	const configuration = bits.bits(4);
	const hasExtension = type === SBR || type === PS;
	const sampleRate = hasExtension ? rate(bits) : coreRate;
	const coded = CHANNELS[configuration];
	if (coded === undefined) {
		throw new ProtocolError(
			"codec-header",
			`an AudioSpecificConfig of channel configuration ${configuration}, which is not known`,
		);
	}
	const coreType = hasExtension ? objectType(bits) : type;
	const isShort = WITH_FRAME_LENGTH.includes(coreType) && bits.flag();
	const frameSamples = ((isShort ? 960 : 1024) * sampleRate) / coreRate;
	// Parametric stereo makes two channels of one.
	const channels = type === PS && coded === 1 ? 2 : coded;
	return { kind: "audio", codec: "aac", codecs: `mp4a.40.${type}`, record, sampleRate, channels, frameSamples };
}

function objectType(bits: BitReader): number {
	const type = bits.bits(5);
	return type === ESCAPE ? 32 + bits.bits(6) : type;
}

function rate(bits: BitReader): number {
	const index = bits.bits(4);
	const value = index === EXPLICIT_RATE ? bits.bits(24) : RATES[index];
	if (!value)
		throw new ProtocolError(
			"codec-header",
			`an AudioSpecificConfig of sampling frequency index ${index}, which is reserved`,
		);
	return value;
}
