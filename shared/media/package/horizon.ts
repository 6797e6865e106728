import type { Millis } from "#shared/base/clock";

/** The tracks that are packaged. */
export type Kind = "video" | "audio";

/**
 * How far a track may stay behind the other before it counts as ended for now: encoders send sound and picture of one moment
 * within some hundred milliseconds. Slow cameras send a picture a second.
 */
export const PATIENCE_MS: Millis = 1_500;
/** A track that turns out to lag more is waited for so long at most. */
const MAX_PATIENCE_MS: Millis = 5_000;
const SPARE_MS: Millis = 500;

type Seen = { last: Millis; patience: Millis };

/**
 * Up to which time all that belongs to a stream has come: every frame before it, and every mark. Counted in the stream's own
 * time, so that it does not matter when packets are looked at.
 */
export class Horizon {
	readonly #tracks = new Map<Kind, Seen>();
	#newest: Millis = Number.NEGATIVE_INFINITY;

	/** A packet of this track and time has come, or is known to come from there on. */
	note(kind: Kind, time: Millis): void {
		const seen = this.#tracks.get(kind);
		if (!seen) this.#tracks.set(kind, { last: time, patience: PATIENCE_MS });
		else if (time > seen.last) seen.last = time;
		if (time > this.#newest) this.#newest = time;
	}

	isNoted(kind: Kind): boolean {
		return this.#tracks.has(kind);
	}

	/** Whether frames of this track are waited for. */
	isLive(kind: Kind): boolean {
		const seen = this.#tracks.get(kind);
		return seen !== undefined && seen.last > this.#newest - seen.patience;
	}

	/** A frame of this track came too late: its track is given more time. */
	late(kind: Kind, time: Millis): void {
		const seen = this.#tracks.get(kind);
		if (seen) seen.patience = Math.min(Math.max(seen.patience, this.#newest - time + SPARE_MS), MAX_PATIENCE_MS);
	}

	/** What is older than this is not waited for, whatever tracks there are. */
	get past(): Millis {
		return this.#newest - PATIENCE_MS;
	}

	get time(): Millis {
		let time = this.#newest;
		for (const { last, patience } of this.#tracks.values()) {
			if (last > this.#newest - patience) time = Math.min(time, last);
		}
		return time;
	}

	clear(): void {
		this.#tracks.clear();
		this.#newest = Number.NEGATIVE_INFINITY;
	}
}
