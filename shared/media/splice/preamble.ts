import type { MediaPacket } from "#shared/formats/packet";

/** Enhanced RTMP v2: the video header's top bit and the audio header's sound format 9 mark it, the low nibble is the packet type. */
const EX_VIDEO = 0x80;
const EX_AUDIO = 0x90;
const MULTITRACK = { video: 6, audio: 5 };
/** Flags, multitrack type, FourCC and track id: what tells the headers of two tracks apart. */
const MULTITRACK_HEAD_BYTES = 7;

/** OBS sends at most 10 video and 6 audio tracks; past this the one first seen is forgotten. */
const MAX_HEADERS = 16;

/** What a decoder must know before a frame: the last metadata and the last codec header of each track. */
export class Preamble {
	readonly #byTrack = new Map<string, MediaPacket>();
	#current: readonly MediaPacket[] = [];

	/** In the order first seen; the same array as long as nothing in it changes. */
	get current(): readonly MediaPacket[] {
		return this.#current;
	}

	/** Whether the packet says what is known already. */
	knows(packet: MediaPacket): boolean {
		const known = this.#byTrack.get(trackOf(packet));
		return known !== undefined && Buffer.compare(known.payload, packet.payload) === 0;
	}

	/** Takes a codec header or metadata; whether it is news. */
	note(packet: MediaPacket): boolean {
		if (this.knows(packet)) return false;
		this.#byTrack.set(trackOf(packet), packet);
		const [first] = this.#byTrack.keys();
		if (this.#byTrack.size > MAX_HEADERS && first !== undefined) this.#byTrack.delete(first);
		this.#current = [...this.#byTrack.values()];
		return true;
	}
}

/** Whether a packet belongs to the preamble rather than to the frames. */
export const isPreamble = (packet: MediaPacket): boolean => packet.role === "header" || packet.role === "metadata";

function trackOf({ kind, payload }: MediaPacket): string {
	const first = payload[0] ?? 0;
	const isMultitrack =
		(kind === "video" && (first & EX_VIDEO) !== 0 && (first & 0x0f) === MULTITRACK.video) ||
		(kind === "audio" && (first & 0xf0) === EX_AUDIO && (first & 0x0f) === MULTITRACK.audio);
	return isMultitrack ? `${kind}:${Buffer.from(payload.subarray(0, MULTITRACK_HEAD_BYTES)).toString("hex")}` : kind;
}
