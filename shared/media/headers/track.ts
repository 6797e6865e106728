import type { MediaPacket } from "#shared/formats/packet";

/** Enhanced RTMP v2, "Extended VideoTagHeader": the top bit marks it, the low nibble is VideoPacketType. */
const VIDEO_EX_HEADER = 0x80;
const VIDEO_MULTITRACK = 6;
/** Enhanced RTMP v2, "Extended AudioTagHeader": SoundFormat 9 marks it, the low nibble is AudioPacketType. */
const AUDIO_EX_HEADER = 9;
const AUDIO_MULTITRACK = 5;

/** Flags, multitrack type, FourCC and the id of the (first) track: what tells the headers of two tracks apart. */
const MULTITRACK_HEAD_BYTES = 7;

/** Whether the payload carries tracks beside the main one (Enhanced RTMP v2, multitrack). */
export function isMultitrack(packet: MediaPacket): boolean {
	const first = packet.payload[0] ?? 0;
	if (packet.kind === "video") return (first & VIDEO_EX_HEADER) !== 0 && (first & 0x0f) === VIDEO_MULTITRACK;
	return packet.kind === "audio" && first >> 4 === AUDIO_EX_HEADER && (first & 0x0f) === AUDIO_MULTITRACK;
}

/** A name for the track a codec header belongs to: equal for two headers of which the later replaces the earlier. */
export function trackOf(packet: MediaPacket): string {
	if (!isMultitrack(packet)) return packet.kind;
	return `${packet.kind}:${Buffer.from(packet.payload.subarray(0, MULTITRACK_HEAD_BYTES)).toString("hex")}`;
}
