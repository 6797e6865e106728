import type { AudioConfig } from "#shared/formats/codec";
import type { BoxWriter } from "./box-writer.ts";

/** Tags of ISO/IEC 14496-1 table 1. */
const tag = { stream: 3, decoder: 4, decoderInfo: 5, sync: 6 } as const;
/** ISO/IEC 14496-1 table 6: audio; the bit behind is reserved and set. */
const AUDIO_STREAM = 0x15;
/** The only value MP4 allows (ISO/IEC 14496-14 §3.1.2). */
const SYNC_OF_MP4 = 2;
const STREAM_BYTES = 3;
const DECODER_BYTES = 13;
const SYNC_BYTES = 1;
/** One byte of tag, four of size. */
const HEAD_BYTES = 5;

/** ISO/IEC 14496-1 table 5: MPEG-4 audio, MPEG-1 audio, MPEG-2 audio. */
const objectTypeOf = ({ codec, codecs }: AudioConfig): number =>
	codec === "aac" ? 0x40 : codecs === "mp4a.6B" ? 0x6b : 0x69;

/** ESDBox, ISO/IEC 14496-14 §5.6.1: an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5) of a stream whose bit rate is not told. */
export function writeElementaryStream(writer: BoxWriter, config: AudioConfig): void {
	const info = config.record.length === 0 ? 0 : HEAD_BYTES + config.record.length;
	const box = writer.beginFull("esds", 0, 0);
	head(writer, tag.stream, STREAM_BYTES + HEAD_BYTES + DECODER_BYTES + info + HEAD_BYTES + SYNC_BYTES);
	writer.u16(0).u8(0);
	head(writer, tag.decoder, DECODER_BYTES + info);
	writer.u8(objectTypeOf(config)).u8(AUDIO_STREAM).zeros(11);
	if (info > 0) {
		head(writer, tag.decoderInfo, config.record.length);
		writer.copy(config.record);
	}
	head(writer, tag.sync, SYNC_BYTES);
	writer.u8(SYNC_OF_MP4).end(box);
}

/** A tag and a size of four times seven bits (ISO/IEC 14496-1 §8.3.3). */
function head(writer: BoxWriter, type: number, size: number): void {
	writer.u8(type);
	for (const shift of [21, 14, 7]) writer.u8(((size >> shift) & 0x7f) | 0x80);
	writer.u8(size & 0x7f);
}
