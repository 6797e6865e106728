import type { AudioConfig } from "./codec-config.ts";

/** Of a frame at 48 kHz, by the lower two bits of a TOC's configuration: SILK, hybrid and CELT (RFC 6716 §3.1, table 2). */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];
/** 120 ms, the longest packet (RFC 6716 §3.2). */
const MOST_OPUS_SAMPLES = 5760;

/** Samples in a frame of this track, at the config's sample rate; 0 where it cannot be told. Never throws. */
export function frameSamples(config: AudioConfig, frame: Uint8Array): number {
	if (config.frameSamples !== undefined) return config.frameSamples;
	if (config.codec === "opus") return opusSamples(frame);
	return config.codec === "flac" ? flacSamples(frame) : 0;
}

/** By the TOC byte and, in packets of many frames, the frame count behind it (RFC 6716 §3.1, §3.2.5). */
function opusSamples(packet: Uint8Array): number {
	const toc = packet[0];
	if (toc === undefined) return 0;
	const configuration = toc >> 3;
	const each =
		configuration < 12
			? SILK[configuration & 3]
			: configuration < 16
				? HYBRID[configuration & 1]
				: CELT[configuration & 3];
	const code = toc & 3;
	const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
	return Math.min(frames * (each ?? 0), MOST_OPUS_SAMPLES);
}

/** By the block size bits, and the number behind the coded number where they point there (RFC 9639 §9.1.1, §9.1.6). */
function flacSamples(frame: Uint8Array): number {
	const code = (frame[2] ?? 0) >> 4;
	if (code === 1) return 192;
	if (code >= 2 && code <= 5) return 144 << code;
	if (code >= 8) return 1 << code;
	const at = 4 + codedNumberBytes(frame[4] ?? 0);
	if (code === 6) return (frame[at] ?? 0) + 1;
	return code === 7 ? (((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)) + 1 : 0;
}

/** The length of a number coded as UTF-8 codes characters, by its first byte (RFC 9639 §9.1.5). */
function codedNumberBytes(first: number): number {
	if (first < 0x80) return 1;
	return Math.max(1, Math.clz32(~(first << 24)));
}
