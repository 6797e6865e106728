import { ByteWriter } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import { BitReader } from "./bit-reader.ts";
import type { AudioConfig } from "./codec-config.ts";

const SYNC = 0x0b77;
/** fscod (ETSI TS 102 366 §4.4.1.3). */
const RATES = [48_000, 44_100, 32_000];
/** Full channels by acmod (§4.4.2.3); the low-frequency one comes on top. */
const CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5];
const BLOCK_SAMPLES = 256;
/** numblkscod (§E.1.3.1.4). */
const BLOCKS = [1, 2, 3, 6];
const LAST_AC3_BSID = 10;

/** Reads the syncinfo and bit stream information of an AC-3 frame (ETSI TS 102 366 §4.3); the record is `dac3`'s. Throws ProtocolError. */
export function readAc3Frame(frame: Uint8Array): AudioConfig {
	const bits = synchronised(frame);
	bits.skip(16);
	const rateCode = bits.bits(2);
	const sizeCode = bits.bits(6);
	const bsid = bits.bits(5);
	const bsmod = bits.bits(3);
	const acmod = bits.bits(3);
	const sampleRate = RATES[rateCode];
	if (sampleRate === undefined || bsid > LAST_AC3_BSID)
		throw new ProtocolError("codec-header", `an AC-3 frame of sample rate code ${rateCode} and bsid ${bsid}`);
	if ((acmod & 1) === 1 && acmod !== 1) bits.skip(2);
	if ((acmod & 4) !== 0) bits.skip(2);
	if (acmod === 2) bits.skip(2);
	const lfe = bits.bits(1);
	// AC3SpecificBox, §F.4: fscod, bsid, bsmod, acmod, lfeon, bit_rate_code, five reserved bits.
	const packed = (rateCode << 22) | (bsid << 17) | (bsmod << 14) | (acmod << 11) | (lfe << 10) | ((sizeCode >> 1) << 5);
	const record = new ByteWriter(3).u24(packed).finish();
	const channels = (CHANNELS[acmod] ?? 2) + lfe;
	return { kind: "audio", codec: "ac3", codecs: "ac-3", record, sampleRate, channels, frameSamples: 6 * BLOCK_SAMPLES };
}

/**
 * Reads the first independent substream of an E-AC-3 frame (ETSI TS 102 366 §E.1.2); the record is `dec3`'s. Dependent
 * substreams, which carry more than 5.1, are found by decoders themselves. Throws ProtocolError.
 */
export function readEac3Frame(frame: Uint8Array): AudioConfig {
	const bits = synchronised(frame);
	bits.skip(5);
	const frameBytes = (bits.bits(11) + 1) * 2;
	const rateCode = bits.bits(2);
	const second = bits.bits(2);
	const acmod = bits.bits(3);
	const lfe = bits.bits(1);
	const bsid = bits.bits(5);
	// Without a rate of its own the frame has half of one, and always six blocks.
	const isHalf = rateCode === 3;
	const rate = RATES[isHalf ? second : rateCode];
	if (rate === undefined || bsid <= LAST_AC3_BSID)
		throw new ProtocolError("codec-header", `an E-AC-3 frame of sample rate code ${rateCode} and bsid ${bsid}`);
	const sampleRate = isHalf ? rate / 2 : rate;
	const frameSamples = (isHalf ? 6 : (BLOCKS[second] ?? 6)) * BLOCK_SAMPLES;
	const kilobits = Math.round((frameBytes * 8 * sampleRate) / frameSamples / 1000);
	// EC3SpecificBox, §F.6: data_rate and one substream less one; then fscod, bsid, bsmod (main), acmod, lfeon, no dependents.
	const substream = (rateCode << 22) | (bsid << 17) | (acmod << 9) | (lfe << 8);
	const record = new ByteWriter(5)
		.u16((kilobits & 0x1fff) << 3)
		.u24(substream)
		.finish();
	const channels = (CHANNELS[acmod] ?? 2) + lfe;
	return { kind: "audio", codec: "eac3", codecs: "ec-3", record, sampleRate, channels, frameSamples };
}

function synchronised(frame: Uint8Array): BitReader {
	const bits = new BitReader(frame);
	if (bits.bits(16) !== SYNC) throw new ProtocolError("codec-header", "an AC-3 frame without its sync word");
	return bits;
}
