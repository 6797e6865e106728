import type { MediaPacket, TrackKind } from "#shared/formats/packet";

/** FLV §E.4.1: the tag type that carries each kind. */
const TAG_TYPES: Readonly<Record<TrackKind, number>> = { audio: 8, video: 9, data: 18 };

/** What a tag has before its payload. */
export const TAG_HEAD_BYTES = 11;
/** PreviousTagSize, which follows the payload. */
export const TAG_TAIL_BYTES = 4;

/** What a file or an HTTP response begins with (§E.2): signature, version 1, audio and video, and the first PreviousTagSize. */
export const FLV_HEADER: Uint8Array = Buffer.from("464c5601050000000900000000", "hex");

/** A packet as a whole FLV tag with its PreviousTagSize; the time goes modulo 2^32. */
export function encodeFlvTag(packet: MediaPacket): Buffer {
	return Buffer.concat([flvTagHead(packet), packet.payload, flvTagTail(packet)]);
}

/** The 11 bytes before the payload (§E.4.1). The payload is at most 2^24 - 1 bytes, as an RTMP message is. */
export function flvTagHead(packet: MediaPacket): Buffer {
	const time = packet.time >>> 0;
	const head = Buffer.alloc(TAG_HEAD_BYTES);
	head[0] = TAG_TYPES[packet.kind];
	head.writeUIntBE(packet.payload.length, 1, 3);
	head.writeUIntBE(time & 0xffffff, 4, 3);
	head[7] = time >>> 24;
	return head;
}

/** The 4 bytes after the payload: PreviousTagSize as the next tag sees it. */
export function flvTagTail(packet: MediaPacket): Buffer {
	const tail = Buffer.allocUnsafe(TAG_TAIL_BYTES);
	tail.writeUInt32BE(TAG_HEAD_BYTES + packet.payload.length);
	return tail;
}
