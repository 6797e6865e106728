import { assertNever } from "#shared/base/errors";
import type { AudioConfig } from "#shared/formats/codec";
import type { BoxWriter } from "./box-writer.ts";
import { writeElementaryStream } from "./elementary-stream.ts";

const SAMPLE_BITS = 16;
/** The rate has 16 bits before the point; a higher one stands in the codec's own box only (§12.2.3). */
const MAX_RATE = 0xffff;
/** RFC 7845 §5.1: magic and version, which `dOps` has not. */
const OPUS_HEAD_BYTES = 9;
const STREAMINFO_BYTES = 4 + 34;
/** The last of FLAC's metadata blocks, of type STREAMINFO (RFC 9639 §8.1). */
const LAST_STREAMINFO = 0x80;

const ENTRIES = {
	aac: "mp4a",
	mp3: "mp4a",
	opus: "Opus",
	flac: "fLaC",
	ac3: "ac-3",
	eac3: "ec-3",
} as const satisfies Record<AudioConfig["codec"], string>;

/** AudioSampleEntry with the codec's configuration box, ISO/IEC 14496-12 §12.2.3. */
export function writeAudioEntry(writer: BoxWriter, config: AudioConfig): void {
	const entry = writer.begin(ENTRIES[config.codec]);
	writer.zeros(6).u16(1).zeros(8);
	writer.u16(config.channels).u16(SAMPLE_BITS).zeros(4);
	writer.u16(config.sampleRate > MAX_RATE ? 0 : config.sampleRate).u16(0);
	writeConfiguration(writer, config);
	writer.end(entry);
}

function writeConfiguration(writer: BoxWriter, config: AudioConfig): void {
	switch (config.codec) {
		case "aac":
		case "mp3":
			writeElementaryStream(writer, config);
			break;
		case "opus":
			writeOpus(writer, config.record);
			break;
		case "flac":
			writeFlac(writer, config.record);
			break;
		case "ac3":
		case "eac3": {
			// ETSI TS 102 366 §F.4, §F.6.
			const box = writer.begin(config.codec === "ac3" ? "dac3" : "dec3");
			writer.copy(config.record).end(box);
			break;
		}
		default:
			assertNever(config.codec);
	}
}

/** "Encapsulation of Opus in ISO Base Media File Format" §4.3.2: OpusHead in network byte order, of version 0. */
function writeOpus(writer: BoxWriter, head: Uint8Array): void {
	const from = Buffer.from(head.buffer, head.byteOffset, head.length).subarray(OPUS_HEAD_BYTES);
	const box = writer.begin("dOps");
	writer.u8(0).u8(from.readUInt8(0)).u16(from.readUInt16LE(1)).u32(from.readUInt32LE(3)).u16(from.readUInt16LE(7));
	writer.copy(from.subarray(9)).end(box);
}

/** "Encapsulation of FLAC in ISO Base Media File Format" §3.3.2: STREAMINFO alone, which is all a decoder needs. */
function writeFlac(writer: BoxWriter, blocks: Uint8Array): void {
	const box = writer.beginFull("dfLa", 0, 0);
	writer.u8(LAST_STREAMINFO).copy(blocks.subarray(1, STREAMINFO_BYTES)).end(box);
}
