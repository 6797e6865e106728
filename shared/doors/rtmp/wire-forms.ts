import type { MediaPacket } from "#shared/formats/packet";
import type { WireForm } from "#shared/media/stream";
import { segmentMessage } from "#shared/mesh/node-link";
import { writeMedia } from "#shared/rtmp/message";
import type { TimeShift } from "./time-shift.ts";

/** Which tracks a player wants; `receiveAudio(false)` and its like take one away. */
export type Tracks = { readonly audio: boolean; readonly video: boolean };

/** RTMP chunks of one message stream as nodes read them: with a message about its segment in front of a packet. */
export function nodeForm(streamId: number): WireForm {
	return {
		name: `rtmp/${streamId}/segments`,
		serialise(packet: MediaPacket, into: Uint8Array[]) {
			const message = segmentMessage(packet);
			if (message) writeMedia(message, streamId, into);
			writeMedia(packet, streamId, into);
		},
	};
}

/** RTMP chunks of one message stream. All players who ask for the same share them; one with a shift has its own. */
export function rtmpForm(streamId: number, { audio, video }: Tracks, shift?: TimeShift): WireForm {
	const moved = shift ? `/from-${shift.number}` : "";
	return {
		name: `rtmp/${streamId}${audio ? "" : "/no-audio"}${video ? "" : "/no-video"}${moved}`,
		serialise(packet: MediaPacket, into: Uint8Array[]) {
			if (packet.kind === "audio" && !audio) return;
			if (packet.kind === "video" && !video) return;
			writeMedia(shift ? shift.moved(packet) : packet, streamId, into);
		},
	};
}

/** Nothing: what a paused player reads. It stays a reader, and so hears of the end. */
export const silentForm: WireForm = { name: "silent", serialise: () => {} };
