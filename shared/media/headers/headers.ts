import type { MediaPacket } from "#shared/formats/packet";
import { trackOf } from "./track.ts";

/** Metadata and codec headers in force at one moment, in the order to send them; replaced, never changed. */
export type HeaderSet = readonly MediaPacket[];

/** Nothing to know before the first frame. */
export const NO_HEADERS: HeaderSet = [];

/** OBS sends at most 10 video and 6 audio tracks; past this the header first seen is forgotten. */
const MAX_HEADERS = 16;

/** A codec header has some hundred bytes, metadata some thousand; larger ones pass through but are not kept for joiners. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Keeps what a decoder must see first: the last metadata and the last codec header of each track. */
export class Headers {
	#metadata: MediaPacket | undefined;
	readonly #byTrack = new Map<string, MediaPacket>();
	#current = NO_HEADERS;

	/** The set in force; the same object as long as nothing in it changes. */
	get current(): HeaderSet {
		return this.#current;
	}

	get metadata(): MediaPacket | undefined {
		return this.#metadata;
	}

	/** The codec headers alone. */
	get codecs(): HeaderSet {
		return [...this.#byTrack.values()];
	}

	/** Whether the packet is metadata or a header that is in force already. */
	knows(packet: MediaPacket): boolean {
		if (packet.role === "metadata") return isSame(this.#metadata, packet);
		return packet.role === "header" && isSame(this.#byTrack.get(trackOf(packet)), packet);
	}

	/** Takes the next packet; whether it is metadata or a header that is not in force already. */
	note(packet: MediaPacket): boolean {
		if ((packet.role !== "metadata" && packet.role !== "header") || this.knows(packet)) return false;
		if (packet.payload.length > MAX_HEADER_BYTES) return true;
		if (packet.role === "metadata") this.#metadata = packet;
		else this.#noteHeader(packet);
		this.#current = this.#metadata ? [this.#metadata, ...this.codecs] : this.codecs;
		return true;
	}

	#noteHeader(packet: MediaPacket): void {
		this.#byTrack.set(trackOf(packet), packet);
		const [first] = this.#byTrack.keys();
		if (this.#byTrack.size > MAX_HEADERS && first !== undefined) this.#byTrack.delete(first);
	}
}

function isSame(known: MediaPacket | undefined, packet: MediaPacket): boolean {
	return known !== undefined && Buffer.compare(known.payload, packet.payload) === 0;
}

/**
 * A header as a joiner gets it: at `time`, so that it does not begin hours before the first frame. Metadata describe the
 * whole stream and stand at its zero; ffmpeg takes those at any other time for a subtitle track.
 */
export function stamped({ kind, role, payload }: MediaPacket, time: number): MediaPacket {
	return { kind, role, time: role === "metadata" ? 0 : time, payload };
}
