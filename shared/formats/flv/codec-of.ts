import type { TrackKind } from "#shared/formats/packet";
import { parseExAudio, soundFormat, soundFormatOf } from "./audio-tag.ts";
import { isExVideo, legacyVideoCodec, parseExVideo, videoCodec } from "./video-tag.ts";

const VIDEO_NAMES: Readonly<Record<number, string>> = {
	[videoCodec.sorensonH263]: "FLV1",
	[videoCodec.vp6]: "VP6F",
	[videoCodec.vp6Alpha]: "VP6A",
	[videoCodec.avc]: "avc1",
	[videoCodec.hevc]: "hvc1",
	[videoCodec.av1]: "av01",
};

const AUDIO_NAMES: Readonly<Record<number, string>> = {
	[soundFormat.mp3]: ".mp3",
	[soundFormat.mp3At8kHz]: ".mp3",
	[soundFormat.alaw]: "alaw",
	[soundFormat.ulaw]: "ulaw",
	[soundFormat.aac]: "mp4a",
	[soundFormat.speex]: "spex",
};

/**
 * The codec in Enhanced RTMP's FourCC spelling ("avc1", "hvc1", "mp4a", "Opus" …), also for legacy payloads;
 * "video-<id>" or "audio-<id>" for ids without a FourCC, "unknown" for a FourCC that is no text. Always short and printable.
 * Undefined for data and for an empty payload. Of a multitrack payload it names the first track's.
 */
export function codecOf(kind: TrackKind, payload: Uint8Array): string | undefined {
	if (payload.length === 0 || kind === "data") return undefined;
	return kind === "audio" ? audioCodec(payload) : videoCodecName(payload);
}

function audioCodec(payload: Uint8Array): string {
	const format = soundFormatOf(payload);
	if (format === soundFormat.exHeader) return parseExAudio(payload).fourCc ?? "unknown";
	return AUDIO_NAMES[format] ?? `audio-${format}`;
}

function videoCodecName(payload: Uint8Array): string {
	if (isExVideo(payload)) return parseExVideo(payload).fourCc ?? "unknown";
	const id = legacyVideoCodec(payload);
	return VIDEO_NAMES[id] ?? `video-${id}`;
}
