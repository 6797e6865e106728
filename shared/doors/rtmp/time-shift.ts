import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";

/** Readers with times of their own: each takes a copy of its stream, and where it is slow a queue that nobody shares. */
export const MAX_SHIFTED_READERS = 64;

/** What follows stands one frame behind what was; sound that lies a little before its picture does not step back either. */
const STEP_MS: Millis = 40;

/** A stream's times moved for one reader, so that they go on from a place of its own. */
export class TimeShift {
	/** Tells the wire forms of shifted readers apart. */
	readonly number: number;
	readonly release: () => void;
	readonly #at: Millis;
	/** Known with the first packet, which goes to that place. */
	#offset: Millis | undefined;

	constructor(number: number, at: Millis, release: () => void) {
		this.number = number;
		this.release = release;
		this.#at = at;
	}

	/** Where a time of the stream is for this reader. */
	placeOf(time: Millis): Millis {
		return this.#offset === undefined ? this.#at : Math.max(time + this.#offset, 0);
	}

	moved(packet: MediaPacket): MediaPacket {
		const { kind, role, time, payload } = packet;
		// Metadata describe the whole stream and stand at its zero.
		if (role === "metadata") return packet;
		this.#offset ??= this.#at + STEP_MS - time;
		return { kind, role, time: this.placeOf(time), payload };
	}
}

/** Gives out the shifts of one door. */
export class TimeShifts {
	#given = 0;
	#inUse = 0;

	/** Undefined where too many are in use: the reader goes on with the stream's own time. Each one is to be released once. */
	take(at: Millis): TimeShift | undefined {
		if (this.#inUse >= MAX_SHIFTED_READERS) return undefined;
		this.#inUse++;
		let isHeld = true;
		return new TimeShift(++this.#given, at, () => {
			if (isHeld) this.#inUse--;
			isHeld = false;
		});
	}
}
