import type { MediaPacket } from "#shared/formats/packet";
import type { HeaderSet } from "#shared/media/headers";
import type { Entry } from "./history.ts";
import type { Cut, Piece } from "./piece.ts";

/** Packets collected for one flush, as bytes of one form. Filled, then sealed, then read by every reader. */
export class Batch implements Piece {
	/** Counts the batches of a channel from 1. */
	readonly number: number;
	readonly headersBefore: HeaderSet;
	cut: Cut | undefined;
	frames = 0;
	groups = 0;
	/** Bytes collected. */
	size = 0;
	#pieces: Uint8Array[] = [];
	/** Headers among the sound. */
	readonly soundHeaders: MediaPacket[] = [];
	#sound: Uint8Array[] = [];
	#hasSoundFrames = false;
	#bytes: Buffer = NO_BYTES;
	#soundBytes: Buffer = NO_BYTES;

	constructor(number: number, headersBefore: HeaderSet) {
		this.number = number;
		this.headersBefore = headersBefore;
	}

	add(entry: Entry, pieces: readonly Uint8Array[], size: number): void {
		const { packet, headers } = entry;
		if (entry.startsGroup) {
			this.groups++;
			this.cut ??= { at: this.size, frames: this.frames, headers, packet };
		}
		if (packet.role === "keyframe" || packet.role === "frame") this.frames++;
		for (const piece of pieces) this.#pieces.push(piece);
		this.size += size;
	}

	/** Keeps sound for who waits for the picture: what comes before the cut. */
	addSound({ packet }: Entry, pieces: readonly Uint8Array[]): void {
		if (this.cut) return;
		this.#sound.push(...pieces);
		this.#hasSoundFrames ||= packet.role === "frame";
		if (packet.role === "header") this.soundHeaders.push(packet);
	}

	/** Puts the pieces together, once; from here on `bytes` is what every reader gets. */
	seal(): void {
		this.#bytes = Buffer.concat(this.#pieces, this.size);
		this.#pieces = [];
		// Headers right before the cut come with it.
		if (this.#hasSoundFrames || !this.cut) this.#soundBytes = Buffer.concat(this.#sound);
		this.#sound = [];
	}

	get bytes(): Buffer {
		return this.#bytes;
	}

	/** Sound before the cut, as far as it was kept. */
	get sound(): Buffer {
		return this.#soundBytes;
	}
}

const NO_BYTES = Buffer.alloc(0);
