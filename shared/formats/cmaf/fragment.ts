import { BoxWriter } from "./box-writer.ts";
import { TRACK_ID } from "./movie.ts";

/** One coded frame as a fragment has it; times are in units of the track's timescale. */
export type Sample = {
	readonly body: Uint8Array;
	readonly duration: number;
	/** Presentation minus decode time; may be negative. */
	readonly compositionOffset: number;
	/** Decoding can begin here. */
	readonly isSync: boolean;
};

/** What one fragment is made of. */
export type Fragment = {
	readonly kind: "video" | "audio";
	/** Rises from fragment to fragment; goes modulo 2^32. */
	readonly sequence: number;
	/** Of the first sample, in the track's timescale; a safe integer. */
	readonly decodeTime: number;
	/** The moment the first sample's decode time stands for: ticks of 1/90,000 s since 1970, UTC. */
	readonly utc: number;
	readonly samples: readonly Sample[];
};

const BOX_HEAD = 8;
const FULL_HEAD = 12;
const PRFT_BYTES = FULL_HEAD + 20;
const MFHD_BYTES = FULL_HEAD + 4;
const TFHD_BYTES = FULL_HEAD + 4;
const TFDT_BYTES = FULL_HEAD + 8;
const TRUN_HEAD = FULL_HEAD + 8;

/** tf_flags: offsets count from the moof (§8.8.7.1). */
const DEFAULT_BASE_IS_MOOF = 0x02_0000;
/** tr_flags: data offset, then of each sample duration and size; of video flags and composition offset as well (§8.8.8.1). */
const AUDIO_RUN = 0x301;
const VIDEO_RUN = 0xf01;
const AUDIO_ENTRY_BYTES = 8;
const VIDEO_ENTRY_BYTES = 16;
/** Depends on no other; depends on others and is no sync sample (§8.8.3.1). */
const SYNC_FLAGS = 0x0200_0000;
const OTHER_FLAGS = 0x0101_0000;

/** The UTC time belongs to the media time in an arbitrary way that is the same in all fragments (§8.16.5.1). */
const CONSISTENT = 8;
const TICKS = 90_000;
/** From 1900, where NTP begins, to 1970 (RFC 5905 §6). */
const NTP_EPOCH_SECONDS = 2_208_988_800;
const U32 = 2 ** 32;

/**
 * A CMAF chunk (ISO/IEC 23000-19 §7.3.2.3): `prft`, `moof`, `mdat` of one track, in one buffer of exactly its size. The
 * samples' bodies are copied into it.
 */
export function encodeFragment(fragment: Fragment): Uint8Array {
	const { samples, kind } = fragment;
	const entryBytes = kind === "video" ? VIDEO_ENTRY_BYTES : AUDIO_ENTRY_BYTES;
	const runBytes = TRUN_HEAD + samples.length * entryBytes;
	const moofBytes = BOX_HEAD + MFHD_BYTES + BOX_HEAD + TFHD_BYTES + TFDT_BYTES + runBytes;
	let mediaBytes = 0;
	for (const { body } of samples) mediaBytes += body.length;

	const writer = new BoxWriter(Buffer.allocUnsafeSlow(PRFT_BYTES + moofBytes + BOX_HEAD + mediaBytes));
	writeReferenceTime(writer, fragment);
	const moof = writer.begin("moof");
	const header = writer.beginFull("mfhd", 0, 0);
	writer.u32(fragment.sequence % U32).end(header);
	writeTrackFragment(writer, fragment, moofBytes + BOX_HEAD);
	writer.end(moof);
	const mdat = writer.begin("mdat");
	for (const { body } of samples) writer.copy(body);
	writer.end(mdat);
	return writer.bytes;
}

/** ProducerReferenceTimeBox, ISO/IEC 14496-12 §8.16.5. */
function writeReferenceTime(writer: BoxWriter, { utc, decodeTime }: Fragment): void {
	const box = writer.beginFull("prft", 1, CONSISTENT);
	const seconds = Math.floor(utc / TICKS);
	const fraction = Math.floor(((utc % TICKS) * U32) / TICKS);
	writer
		.u32(TRACK_ID)
		.u32((seconds + NTP_EPOCH_SECONDS) % U32)
		.u32(fraction);
	writer.u64(decodeTime).end(box);
}

/** TrackFragmentBox with its header, decode time and run, §8.8.6 to §8.8.8 and §8.8.12. */
function writeTrackFragment(writer: BoxWriter, { kind, decodeTime, samples }: Fragment, dataOffset: number): void {
	const isVideo = kind === "video";
	const box = writer.begin("traf");
	const header = writer.beginFull("tfhd", 0, DEFAULT_BASE_IS_MOOF);
	writer.u32(TRACK_ID).end(header);
	const time = writer.beginFull("tfdt", 1, 0);
	writer.u64(decodeTime).end(time);
	const run = writer.beginFull("trun", 1, isVideo ? VIDEO_RUN : AUDIO_RUN);
	writer.u32(samples.length).u32(dataOffset);
	for (const { duration, body, isSync, compositionOffset } of samples) {
		writer.u32(duration).u32(body.length);
		if (isVideo) writer.u32(isSync ? SYNC_FLAGS : OTHER_FLAGS).i32(compositionOffset);
	}
	writer.end(run).end(box);
}
