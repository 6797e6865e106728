import type { Millis } from "#shared/clock";
import type { Batch } from "./batch.ts";
import type { HeaderSet } from "./headers.ts";
import type { EvictReason, JoinOptions, Reader, ReaderState, ReaderStats } from "./reader.ts";
import type { Totals } from "./stream-view.ts";

/** What a cursor needs of the channel it reads. */
export type CursorHome = {
	readonly totals: Totals;
	/** The batch from its cut on, with the headers in front where asked; one buffer for all who ask. */
	fromCut(batch: Batch, withHeaders: boolean): Buffer;
	drop(cursor: Cursor): void;
};

/** One flush as its readers see it. */
export type Flush = { readonly batch: Batch; readonly now: Millis; readonly headersBefore: HeaderSet };

/** A skipping reader comes back when its queue is below this share of its bound, so that it does not skip again at once. */
const DRAINED = 0.5;

const NEVER = -1;

/** Equal to no set a stream ever had: headers are sent to be sure. */
const UNKNOWN_HEADERS: HeaderSet = [];

/**
 * One reader's place in a channel.
 *
 * live ──queue over bound──> skipping ──drained──> waiting ──keyframe──> live; a joiner without a keyframe and a
 * resumed reader also begin in waiting. Whatever is not sent ends at a keyframe: readers see whole groups, cut at most at their end.
 */
export class Cursor implements Reader {
	readonly options: JoinOptions;
	/** Index in the channel's list, kept by the channel. */
	slot = NEVER;
	readonly #home: CursorHome;
	readonly #sink: JoinOptions["sink"];
	#state: ReaderState = "waiting";
	/** Number of the last batch seen: the list is reordered when readers leave in the middle of a flush. */
	#seen: number;
	/** The queue may grow to this: the bound, and on top of it the first burst until that has drained. */
	#limit: number;
	/** What the queue holds if nothing of it left since the last look. */
	#unmoved = Number.POSITIVE_INFINITY;
	#stalledSince: Millis = NEVER;
	#skippingSince: Millis = NEVER;
	/** Waiting because it was slow: what passes by counts as skipped. */
	#isBehind = false;
	/** The headers this reader had last, of interest while it gets nothing. */
	#headers: HeaderSet = UNKNOWN_HEADERS;
	#sentBytes = 0;
	#writes = 0;
	#skippedFrames = 0;
	#skippedGroups = 0;

	constructor(options: JoinOptions, home: CursorHome, seen: number) {
		this.options = options;
		this.#home = home;
		this.#sink = options.sink;
		this.#seen = seen;
		this.#limit = options.bounds.queueBytes;
	}

	get stats(): ReaderStats {
		return {
			state: this.#state,
			sentBytes: this.#sentBytes,
			writes: this.#writes,
			skippedFrames: this.#skippedFrames,
			skippedGroups: this.#skippedGroups,
		};
	}

	pause(): void {
		if (this.#state === "left" || this.#state === "paused") return;
		if (this.#state === "live") this.#headers = UNKNOWN_HEADERS;
		this.#state = "paused";
		this.#isBehind = false;
	}

	resume(): void {
		if (this.#state !== "paused") return;
		this.#state = "waiting";
		this.#unmoved = Number.POSITIVE_INFINITY;
	}

	leave(): void {
		if (this.#state === "left") return;
		this.#state = "left";
		this.#home.drop(this);
	}

	/** It left or was let go: the channel no longer lists it. */
	get isGone(): boolean {
		return this.#state === "left";
	}

	/** The channel lets go of it. */
	close(): void {
		this.#state = "left";
	}

	/** Begins with a whole burst; what is flushed from here on continues it. May throw what the sink throws. */
	beginLive(burst: Buffer): void {
		this.#state = "live";
		this.#limit += burst.length;
		this.#send(burst, 0);
	}

	/** Begins at the next keyframe; `opening` holds `headers` and may be empty. May throw what the sink throws. */
	beginWaiting(opening: Buffer, headers: HeaderSet): void {
		this.#headers = headers;
		this.#send(opening, 0);
	}

	/** Shows the cursor a flush; the answer is why it has to go. May throw what the sink throws. */
	offer(flush: Flush): EvictReason | undefined {
		const { batch } = flush;
		if (this.#seen >= batch.number || this.#state === "paused") return undefined;
		this.#seen = batch.number;
		const queued = this.#sink.queued();
		if (this.#isStalled(queued, flush.now)) return "stalled";
		if (this.#state === "live") {
			const { queueBytes } = this.options.bounds;
			if (queued <= queueBytes) this.#limit = queueBytes;
			if (queued <= this.#limit) {
				this.#send(batch.bytes, queued);
				return undefined;
			}
			this.#startSkipping(flush);
		}
		return this.#offerKeyframe(flush, queued);
	}

	#startSkipping(flush: Flush): void {
		this.#state = "skipping";
		this.#isBehind = true;
		this.#skippingSince = flush.now;
		this.#headers = flush.headersBefore;
		// The rest of a group that was begun is lost; a batch that begins with a keyframe loses only its own groups.
		const isWhole = flush.batch.cut !== undefined && flush.batch.framesBeforeCut === 0;
		if (!isWhole) this.#skip(0, 1);
	}

	#offerKeyframe({ batch, now }: Flush, queued: number): EvictReason | undefined {
		const { queueBytes, evictMs } = this.options.bounds;
		if (this.#state === "skipping") {
			if (queued > queueBytes * DRAINED) {
				this.#skip(batch.frames, batch.groups);
				return now - this.#skippingSince >= evictMs ? "slow" : undefined;
			}
			this.#state = "waiting";
		}
		const { cut } = batch;
		this.#skip(batch.framesBeforeCut, 0);
		if (!cut) return undefined;
		this.#state = "live";
		this.#isBehind = false;
		this.#limit = queueBytes;
		this.#send(this.#home.fromCut(batch, cut.headers !== this.#headers), queued);
		return undefined;
	}

	#send(bytes: Buffer, queued: number): void {
		if (bytes.length === 0) return;
		this.#unmoved = queued + bytes.length;
		this.#sentBytes += bytes.length;
		this.#writes++;
		this.#sink.write(bytes);
	}

	#isStalled(queued: number, now: Millis): boolean {
		const hasMoved = queued === 0 || queued < this.#unmoved;
		this.#unmoved = queued;
		if (hasMoved) {
			this.#stalledSince = NEVER;
			return false;
		}
		if (this.#stalledSince === NEVER) this.#stalledSince = now;
		return now - this.#stalledSince >= this.options.bounds.evictMs;
	}

	#skip(frames: number, groups: number): void {
		if (!this.#isBehind) return;
		this.#skippedFrames += frames;
		this.#skippedGroups += groups;
		this.#home.totals.skippedFrames += frames;
		this.#home.totals.skippedGroups += groups;
	}
}
