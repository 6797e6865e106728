import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { type FrameKind, USUAL_FRAME_MS } from "./frame-window.ts";

/** A step back up to this within a track is rounding and is flattened; a larger one is a clock that was set back. */
const JUMP_BACK_MS: Millis = 200;

/** Groups of pictures that a slow reader missed leave holes up to about this; times further ahead are a clock set forward. */
const JUMP_AHEAD_MS: Millis = 12_000;

/**
 * A feed's own timeline without jumps. Where the sender's clock is set forward or back, the next frame follows one frame
 * after the last of its track, and both tracks are moved alike. Only the packets decide, never when they came: all nodes
 * that get the same packets agree.
 */
export class FeedClock {
	/** Added to the sender's times. */
	#shift: Millis = 0;
	/** The one before: around a jump the tracks are not at the same place, so some packets of the old times follow. */
	#formerShift: Millis = 0;
	readonly #last: Record<FrameKind, Millis | undefined> = { audio: undefined, video: undefined };
	readonly #frameMs: Record<FrameKind, Millis> = { ...USUAL_FRAME_MS };
	/** Of all frames. */
	#newest: Millis | undefined;

	/** The packet as it lies on the feed's timeline; the same object where the sender's clock has not jumped. */
	place(packet: MediaPacket): MediaPacket {
		const { kind, role } = packet;
		const time = kind === "data" || role === "header" ? this.#aside(packet) : this.#frame(kind, packet.time);
		return time === packet.time ? packet : { ...packet, time };
	}

	#frame(kind: FrameKind, sent: Millis): Millis {
		if (!this.#isExpected(kind, sent + this.#shift)) this.#reconsider(kind, sent);
		const time = sent + this.#shift;
		const last = this.#last[kind];
		if (last === undefined || time > last) {
			if (last !== undefined && time - last <= JUMP_BACK_MS) this.#frameMs[kind] = time - last;
			this.#last[kind] = time;
		}
		if (this.#newest === undefined || time > this.#newest) this.#newest = time;
		return time;
	}

	/** What is no frame tells no time: some servers give metadata the time 0 at any moment. */
	#aside({ kind, time: sent }: MediaPacket): Millis {
		const newest = this.#newest;
		const time = sent + this.#shift;
		if (newest !== undefined) return Math.abs(time - newest) > JUMP_AHEAD_MS ? newest : time;
		// Only the frames that follow a header may not lie before it.
		if (kind !== "data") this.#last[kind] = time;
		return time;
	}

	#isExpected(kind: FrameKind, time: Millis): boolean {
		const last = this.#last[kind];
		return last !== undefined && Math.abs(time - last) <= JUMP_BACK_MS;
	}

	/** The former times where they go on as expected, else the present ones as long as they go on at all, else new ones. */
	#reconsider(kind: FrameKind, sent: Millis): void {
		const isFormer = this.#isExpected(kind, sent + this.#formerShift);
		if (!isFormer && this.#goesOn(kind, sent + this.#shift)) return;
		const shift = isFormer ? this.#formerShift : this.#next(kind) - sent;
		this.#formerShift = this.#shift;
		this.#shift = shift;
	}

	#goesOn(kind: FrameKind, time: Millis): boolean {
		const last = this.#last[kind];
		const newest = this.#newest;
		if (last !== undefined && time < last - JUMP_BACK_MS) return false;
		return (
			newest === undefined || (time <= newest + JUMP_AHEAD_MS && (last !== undefined || time >= newest - JUMP_AHEAD_MS))
		);
	}

	/** One frame after the track's last; where it paused for long, level with the other track. */
	#next(kind: FrameKind): Millis {
		const last = this.#last[kind];
		const newest = this.#newest ?? last ?? 0;
		return last === undefined || newest - last > JUMP_AHEAD_MS ? newest : last + this.#frameMs[kind];
	}
}
