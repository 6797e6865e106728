import type { CodecConfig } from "#shared/formats/codec";
import { writeAudioEntry } from "./audio-entry.ts";
import type { BoxWriter } from "./box-writer.ts";
import { TRACK_ID, writeMatrix } from "./movie.ts";
import { type SizedVideo, writeVideoEntry } from "./video-entry.ts";

/** A track that has what its boxes say. */
export type TrackConfig = SizedVideo | Extract<CodecConfig, { kind: "audio" }>;

/** Enabled, in the movie (§8.3.2). */
const TRACK_FLAGS = 3;
/** "und" in three times five bits (§8.4.2). */
const NO_LANGUAGE = 0x55c4;
/** A data reference that means this file (§8.7.2). */
const SELF_CONTAINED = 1;

/** TrackBox, ISO/IEC 14496-12 §8.3: header, media header, handler, and a sample table without samples. */
export function writeTrack(writer: BoxWriter, config: TrackConfig, timescale: number): void {
	const track = writer.begin("trak");
	writeTrackHeader(writer, config);
	const media = writer.begin("mdia");
	const header = writer.beginFull("mdhd", 0, 0);
	writer.zeros(8).u32(timescale).u32(0).u16(NO_LANGUAGE).u16(0).end(header);
	writeHandler(writer, config.kind);
	const information = writer.begin("minf");
	writeMediaHeader(writer, config.kind);
	writeDataInformation(writer);
	writeSampleTable(writer, config);
	writer.end(information).end(media).end(track);
}

/** §8.3.2; sizes are 16.16 fixed point, the volume 8.8. */
function writeTrackHeader(writer: BoxWriter, config: TrackConfig): void {
	const isAudio = config.kind === "audio";
	const box = writer.beginFull("tkhd", 0, TRACK_FLAGS);
	writer.zeros(8).u32(TRACK_ID).zeros(4).u32(0).zeros(8);
	writer
		.zeros(4)
		.u16(isAudio ? 0x0100 : 0)
		.u16(0);
	writeMatrix(writer);
	writer.u16(isAudio ? 0 : config.width).u16(0);
	writer
		.u16(isAudio ? 0 : config.height)
		.u16(0)
		.end(box);
}

/** §8.4.3. */
function writeHandler(writer: BoxWriter, kind: "video" | "audio"): void {
	const box = writer.beginFull("hdlr", 0, 0);
	writer
		.u32(0)
		.text(kind === "video" ? "vide" : "soun")
		.zeros(12);
	writer.text("Millrace").u8(0).end(box);
}

/** VideoMediaHeaderBox §12.1.2, SoundMediaHeaderBox §12.2.2. */
function writeMediaHeader(writer: BoxWriter, kind: "video" | "audio"): void {
	const box = kind === "video" ? writer.beginFull("vmhd", 0, 1) : writer.beginFull("smhd", 0, 0);
	writer.zeros(kind === "video" ? 8 : 4).end(box);
}

/** §8.7.1, §8.7.2. */
function writeDataInformation(writer: BoxWriter): void {
	const box = writer.begin("dinf");
	const references = writer.beginFull("dref", 0, 0);
	writer.u32(1);
	writer.end(writer.beginFull("url ", 0, SELF_CONTAINED));
	writer.end(references).end(box);
}

/** §8.5.1: the sample entry, and tables that have to be there and stay empty (ISO/IEC 23000-19 §7.5). */
function writeSampleTable(writer: BoxWriter, config: TrackConfig): void {
	const box = writer.begin("stbl");
	const description = writer.beginFull("stsd", 0, 0);
	writer.u32(1);
	if (config.kind === "video") writeVideoEntry(writer, config);
	else writeAudioEntry(writer, config);
	writer.end(description);
	for (const [type, size] of [
		["stts", 4],
		["stsc", 4],
		["stsz", 8],
		["stco", 4],
	] as const) {
		const table = writer.beginFull(type, 0, 0);
		writer.zeros(size).end(table);
	}
	writer.end(box);
}
