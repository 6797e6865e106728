import type { Entry } from "./history.ts";

/** Packets collected for one flush, as bytes of one form. Filled, then sealed, then read by every reader. */
export class Batch {
	/** Counts the batches of a channel from 1. */
	readonly number: number;
	/** The first packet in here that a reader can begin with. */
	cut: Entry | undefined;
	/** Frames before the cut; all of them without one. */
	framesBeforeCut = 0;
	frames = 0;
	groups = 0;
	/** Bytes collected. */
	size = 0;
	#cutAt = 0;
	#pieces: Uint8Array[] = [];
	#bytes: Buffer = NO_BYTES;

	constructor(number: number) {
		this.number = number;
	}

	add(entry: Entry, pieces: readonly Uint8Array[], size: number): void {
		if (entry.startsGroup) {
			this.groups++;
			if (!this.cut) {
				this.cut = entry;
				this.#cutAt = this.size;
			}
		}
		const { role } = entry.packet;
		if (role === "keyframe" || role === "frame") {
			this.frames++;
			if (!this.cut) this.framesBeforeCut++;
		}
		for (const piece of pieces) this.#pieces.push(piece);
		this.size += size;
	}

	/** Puts the pieces together, once; from here on `bytes` is what every reader gets. */
	seal(): void {
		this.#bytes = Buffer.concat(this.#pieces, this.size);
		this.#pieces = [];
	}

	get bytes(): Buffer {
		return this.#bytes;
	}

	/** The bytes from the cut on. */
	get bytesFromCut(): Buffer {
		return this.#cutAt === 0 ? this.#bytes : this.#bytes.subarray(this.#cutAt);
	}
}

const NO_BYTES = Buffer.alloc(0);
