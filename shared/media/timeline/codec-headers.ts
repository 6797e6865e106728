import type { MediaPacket } from "#shared/formats/packet";
import { trackOf } from "#shared/media/headers";

/** OBS sends at most 10 video and 6 audio tracks; what is beyond is not looked at. */
const MAX_TRACKS = 16;

/** Knows the codec header of each track, and whether another one came since the segment began. */
export class CodecHeaders {
	hasChanged = false;
	readonly #known = new Map<string, Uint8Array>();

	/** Takes a packet; whether it is a codec header that is news. */
	isNews(packet: MediaPacket): boolean {
		if (packet.role !== "header") return false;
		const track = trackOf(packet);
		const known = this.#known.get(track);
		if (known ? Buffer.compare(known, packet.payload) === 0 : this.#known.size >= MAX_TRACKS) return false;
		this.#known.set(track, packet.payload);
		return true;
	}
}
