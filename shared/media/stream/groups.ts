import type { MediaPacket } from "#shared/formats/packet";
import { isMultitrack } from "#shared/media/headers";

/**
 * Finds the packets a reader can begin with: video keyframes; while no video was seen, any audio frame.
 * Keyframes of several tracks of one moment (Enhanced RTMP multitrack) are one beginning, the first of them.
 */
export class Groups {
	#hasVideo = false;
	#start: MediaPacket | undefined;

	/** Whether the stream is known to have video: readers then wait for its keyframes. */
	get hasVideo(): boolean {
		return this.#hasVideo;
	}

	/** Takes the next packet and says whether a group starts with it. */
	startsWith(packet: MediaPacket): boolean {
		if (packet.kind === "video") return this.#video(packet);
		return packet.kind === "audio" && packet.role === "frame" && !this.#hasVideo;
	}

	#video(packet: MediaPacket): boolean {
		this.#hasVideo = true;
		if (packet.role !== "keyframe" || this.#isBesideStart(packet)) return false;
		this.#start = packet;
		return true;
	}

	#isBesideStart(packet: MediaPacket): boolean {
		const start = this.#start;
		return start?.time === packet.time && (isMultitrack(packet) || isMultitrack(start));
	}
}
