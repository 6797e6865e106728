import type { CodecConfig } from "#shared/formats/codec";
import { BoxWriter } from "./box-writer.ts";
import { writeFileType, writeMovieExtends, writeMovieHeader } from "./movie.ts";
import { type TrackConfig, writeTrack } from "./track.ts";

/** What a player is given before the first fragment of a track. */
export type InitSegment = { readonly bytes: Uint8Array; readonly timescale: number };

/** Why a track has no place in CMAF: one sentence for whoever asked for it. */
export type Refusal = { readonly refused: string };

export const isRefusal = (answer: InitSegment | Refusal): answer is Refusal => "refused" in answer;

/** All boxes without the configuration record, with room to spare; a test holds the largest against it. */
const BOXES_BYTES = 1024;
const VIDEO_TIMESCALE = 90_000;
/** tkhd and the sample entry have 16 bits for each. */
const MAX_SIDE = 0xffff;
/** The size of a descriptor has 28 bits, but a record of more than this is no configuration. */
const MAX_RECORD_BYTES = 64 * 1024;

/** Units of a track's decode times in a second: 90,000 of video, the sample rate of audio. */
export const timescaleOf = (config: CodecConfig): number =>
	config.kind === "video" ? VIDEO_TIMESCALE : config.sampleRate;

/** The init segment of one track (ISO/IEC 23000-19 §7.3.1), or why there is none. The same config gives the same bytes. */
export function initSegment(config: CodecConfig): InitSegment | Refusal {
	if (config.record.length > MAX_RECORD_BYTES) return { refused: `the ${config.codec} header is larger than 64 KiB` };
	if (!isComplete(config)) return { refused: whatIsMissing(config) };
	const timescale = timescaleOf(config);
	const writer = new BoxWriter(Buffer.allocUnsafeSlow(BOXES_BYTES + config.record.length));
	writeFileType(writer);
	const movie = writer.begin("moov");
	writeMovieHeader(writer);
	writeTrack(writer, config, timescale);
	writeMovieExtends(writer, config.kind === "audio");
	writer.end(movie);
	return { bytes: Uint8Array.from(writer.bytes.subarray(0, writer.length)), timescale };
}

function isComplete(config: CodecConfig): config is TrackConfig {
	if (config.kind === "audio") return true;
	if ("parameterSets" in config && config.parameterSets.length === 0) return false;
	const { width = 0, height = 0 } = config;
	return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE;
}

function whatIsMissing(config: CodecConfig): string {
	if ("parameterSets" in config && config.width === undefined)
		return `the ${config.codec} header has no sequence parameter set, so no player could begin to decode`;
	return `the ${config.codec} stream does not tell a picture size that fits 16 bits`;
}
