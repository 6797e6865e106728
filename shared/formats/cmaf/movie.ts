import type { BoxWriter } from "./box-writer.ts";

/** The only track of a CMAF file. */
export const TRACK_ID = 1;
/** Ticks a second of the movie as a whole, which nothing here is counted in. */
const MOVIE_TIMESCALE = 1000;
/** 16.16 and 2.30 fixed point: no turning, no scaling (§8.2.2.2). */
const MATRIX = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/** sample_depends_on 2: of no other (§8.8.3.1). */
const SYNC_SAMPLE = 0x0200_0000;

export const writeMatrix = (writer: BoxWriter): void => {
	for (const value of MATRIX) writer.u32(value);
};

/** FileTypeBox, ISO/IEC 14496-12 §4.3; the CMAF brand, ISO/IEC 23000-19 §7.2. */
export function writeFileType(writer: BoxWriter): void {
	const box = writer.begin("ftyp");
	writer.text("iso6").u32(0).text("iso6").text("cmfc").text("mp41").end(box);
}

/** MovieHeaderBox, §8.2.2: no duration, since fragments follow without end. */
export function writeMovieHeader(writer: BoxWriter): void {
	const box = writer.beginFull("mvhd", 0, 0);
	writer.zeros(8).u32(MOVIE_TIMESCALE).u32(0);
	writer.u32(0x1_0000).u16(0x0100).zeros(10);
	writeMatrix(writer);
	writer
		.zeros(24)
		.u32(TRACK_ID + 1)
		.end(box);
}

/** MovieExtendsBox with TrackExtendsBox, §8.8.1 and §8.8.3: what fragments do not say themselves. */
export function writeMovieExtends(writer: BoxWriter, isAudio: boolean): void {
	const box = writer.begin("mvex");
	const defaults = writer.beginFull("trex", 0, 0);
	writer
		.u32(TRACK_ID)
		.u32(1)
		.zeros(8)
		.u32(isAudio ? SYNC_SAMPLE : 0);
	writer.end(defaults).end(box);
}
