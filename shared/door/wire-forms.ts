import { encodeFlvTag, FLV_HEADER } from "#shared/flv";
import type { MediaPacket } from "#shared/media";
import { writeMedia } from "#shared/rtmp";
import type { WireForm } from "#shared/stream";

/** Which tracks a player wants; `receiveAudio(false)` and its like take one away. */
export type Tracks = { audio: boolean; video: boolean };

/** RTMP chunks of one message stream. All players who ask for the same share them. */
export function rtmpForm(streamId: number, { audio, video }: Tracks): WireForm {
	return {
		name: `rtmp/${streamId}${audio ? "" : "/no-audio"}${video ? "" : "/no-video"}`,
		serialise(packet: MediaPacket, into: Uint8Array[]) {
			if (packet.kind === "audio" && !audio) return;
			if (packet.kind === "video" && !video) return;
			writeMedia(packet, streamId, into);
		},
	};
}

/** An FLV file without end. */
export const flvForm: WireForm = {
	name: "flv",
	preamble: FLV_HEADER,
	serialise: (packet, into) => {
		into.push(encodeFlvTag(packet));
	},
};
