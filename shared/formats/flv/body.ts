import type { MediaPacket } from "#shared/formats/packet";
import { parseExAudio, soundFormat, soundFormatOf } from "./audio-tag.ts";
import { compositionTimeAt } from "./composition-time.ts";
import { hasAvcPacketType, isExVideo, parseExVideo } from "./video-tag.ts";

/** FLV §E.4.3.1: codec, packet type and composition time. */
const AVC_HEAD_BYTES = 5;
const COMPOSITION_TIME_BYTES = 3;

/**
 * What stands behind FLV's own header: the codec's data, as an MP4 sample or configuration record has them; a view.
 * Undefined for data, for several tracks in one packet, and where the packet ends before it.
 */
export function bodyOf({ kind, payload }: MediaPacket): Uint8Array | undefined {
	const at = kind === "video" ? videoBodyAt(payload) : kind === "audio" ? audioBodyAt(payload) : undefined;
	return at === undefined || at > payload.length ? undefined : payload.subarray(at);
}

function videoBodyAt(payload: Uint8Array): number | undefined {
	if (!isExVideo(payload)) return hasAvcPacketType(payload) ? AVC_HEAD_BYTES : 1;
	const { isMultitrack, bodyAt } = parseExVideo(payload);
	if (isMultitrack) return undefined;
	return compositionTimeAt(payload) === undefined ? bodyAt : bodyAt + COMPOSITION_TIME_BYTES;
}

function audioBodyAt(payload: Uint8Array): number | undefined {
	const format = soundFormatOf(payload);
	if (format !== soundFormat.exHeader) return format === soundFormat.aac ? 2 : 1;
	const { isMultitrack, bodyAt } = parseExAudio(payload);
	return isMultitrack ? undefined : bodyAt;
}
