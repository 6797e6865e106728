import { hasAvcPacketType, isExVideo, parseExVideo, videoPacketType } from "./video-tag.ts";

const WITH_COMPOSITION_TIME: readonly (string | undefined)[] = ["avc1", "hvc1", "vvc1"];
const AVC_NALU = 1;

/** A video payload's presentation time minus its decode time, in ms; 0 where the codec or the packet type has none. */
export function compositionTime(payload: Uint8Array): number {
	const at = compositionTimeAt(payload);
	if (at === undefined || payload.length < at + 3) return 0;
	return Buffer.from(payload.buffer, payload.byteOffset, payload.length).readIntBE(at, 3);
}

/** Where a video payload's composition time stands; undefined where it has none. */
export function compositionTimeAt(payload: Uint8Array): number | undefined {
	if (!isExVideo(payload)) return hasAvcPacketType(payload) && payload[1] === AVC_NALU ? 2 : undefined;
	const { packetType, fourCc, bodyAt } = parseExVideo(payload);
	const hasTime = packetType === videoPacketType.codedFrames && WITH_COMPOSITION_TIME.includes(fourCc);
	return hasTime ? bodyAt : undefined;
}
