import type { Cancel } from "#shared/base/clock";
import type { HeaderSet } from "#shared/media/headers";
import { Backlog, type Dropped } from "./backlog.ts";
import type { Batch } from "./batch.ts";
import { type Cut, fromCut, type Piece, plainPiece, UNKNOWN_HEADERS } from "./piece.ts";
import type { EvictReason, JoinOptions, Reader, ReaderState, ReaderStats } from "./reader.ts";
import type { Totals } from "./stream-view.ts";

/** What a cursor needs of the channel it reads. */
export type CursorHome = {
	readonly totals: Totals;
	/** What goes in front of a cut for who missed what came before it, and has had the headers `known`; may be empty. */
	leadTo(cut: Cut, known: HeaderSet): Buffer;
	/** One reader more, or less, wants sound while it waits for the picture. */
	listens(isListening: boolean): void;
	drop(cursor: Cursor): void;
	evict(cursor: Cursor, reason: EvictReason, cause?: unknown): void;
};

/** A sink with so much to write gets no more until that is gone: it keeps a socket busy, and little is beyond recall. */
export const HAND_BYTES = 64 * 1024;

/** A reader that has dropped groups begins another one below this share of its bound, so that it need not drop that, too. */
const DRAINED = 0.5;

const NEVER = -1;

/**
 * One reader's place in a channel.
 *
 * live ──queue over bound──> waiting ──drained, keyframe──> live; a joiner without a keyframe also
 * begins in waiting. Whatever is dropped ends at a keyframe: a group that was begun is finished unless it is larger than the bound.
 */
export class Cursor implements Reader {
	readonly options: JoinOptions;
	/** Index in the channel's list, kept by the channel. */
	slot = NEVER;
	readonly #home: CursorHome;
	readonly #sink: JoinOptions["sink"];
	/** What a slow reader's sink has not been given yet. */
	readonly #backlog = new Backlog();
	#state: ReaderState = "waiting";
	/** Number of the last batch seen: the list is reordered when readers leave in the middle of a flush. */
	#seen: number;
	/** What waits may grow to this: the bound, and on top of it the first burst until that has drained. */
	#limit: number;
	/** Waiting because it was slow: what passes by counts as skipped. */
	#isBehind = false;
	#isListening = false;
	#awaitsDrain = false;
	#cancelWatch: Cancel | undefined;
	/** The headers this reader had last, of interest while it waits. */
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
			waitingBytes: this.#backlog.bytes + this.#sink.queued(),
			skippedFrames: this.#skippedFrames,
			skippedGroups: this.#skippedGroups,
		};
	}

	leave(): void {
		if (this.#state === "left") return;
		this.close();
		this.#home.drop(this);
	}

	/** It left or was let go: the channel no longer lists it. */
	get isGone(): boolean {
		return this.#state === "left";
	}

	/** The channel lets go of it: nothing is written any more. What was handed over is whole messages, and goes out. */
	close(): void {
		this.#state = "left";
		this.#backlog.clear();
		this.#listen(false);
		this.#cancelWatch?.();
		if (this.#awaitsDrain) this.#sink.notDrained(this.#onDrained);
		this.#awaitsDrain = false;
	}

	/** Begins with a whole burst; what is flushed from here on continues it. May throw what the sink throws. */
	beginLive(opening: Buffer, burst: readonly Piece[]): void {
		this.#state = "live";
		for (const piece of burst) this.#backlog.push(piece);
		this.#limit += this.#backlog.bytes;
		this.#begin(opening);
	}

	/**
	 * Begins at the next keyframe, and until then with the sound; `opening` holds `headers` and may be empty.
	 * May throw what the sink throws.
	 */
	beginWaiting(opening: Buffer, headers: HeaderSet): void {
		this.#headers = headers;
		this.#listen(true);
		this.#begin(opening);
	}

	/** Shows the cursor a flush. May throw what the sink throws. */
	offer(batch: Batch): void {
		if (this.#seen >= batch.number) return;
		this.#seen = batch.number;
		if (this.#state !== "live") this.#offerKeyframe(batch);
		else if (this.#backlog.isEmpty && this.#sink.queued() < HAND_BYTES) this.#write(batch.bytes);
		else this.#append(batch);
	}

	/** Hands over all that waits, since nothing follows. May throw what the sink throws. */
	finish(): void {
		while (!this.#backlog.isEmpty) this.#hand([]);
	}

	#begin(opening: Buffer): void {
		this.#watch();
		this.#hand(opening.length > 0 ? [opening] : []);
		this.#pump();
	}

	/** A slow reader's way: what was handed over is not gone yet. */
	#append(batch: Batch): void {
		const { queueBytes } = this.options.bounds;
		const waiting = this.#backlog.bytes;
		if (waiting <= queueBytes) this.#limit = queueBytes;
		this.#backlog.push(batch);
		if (waiting > this.#limit) this.#makeRoom();
		this.#pump();
	}

	/** The newest group comes next if there is room for it; if not, what was begun is finished first. */
	#makeRoom(): void {
		this.#isBehind = true;
		const between = this.#backlog.dropBetween((cut, known) => this.#home.leadTo(cut, known));
		if (between) this.#skip(between);
		if (between && this.#backlog.bytes <= this.#limit * DRAINED) {
			this.#isBehind = false;
			return;
		}
		this.#state = "waiting";
		const behind = this.#backlog.dropBehind();
		if (behind) this.#skip(behind);
		this.#headers = behind?.cut.headers ?? UNKNOWN_HEADERS;
		if (this.#backlog.bytes <= this.#limit) return;
		this.#headers = this.#backlog.headersBefore;
		this.#skip(this.#backlog.clear());
	}

	#offerKeyframe(batch: Batch): void {
		const { cut, sound, soundHeaders } = batch;
		const hasRoom = this.#backlog.bytes <= this.options.bounds.queueBytes * DRAINED;
		if (hasRoom && this.#isListening && sound.length > 0) {
			this.#backlog.push(plainPiece(sound));
			if (soundHeaders.length > 0) this.#headers = [...this.#headers, ...soundHeaders];
		}
		if (hasRoom && cut) {
			this.#skip({ frames: cut.frames, groups: 0 });
			const lead = this.#home.leadTo(cut, this.#headers);
			if (lead.length > 0) this.#backlog.push(plainPiece(lead));
			this.#backlog.push(fromCut(batch, cut));
			this.#state = "live";
			this.#isBehind = false;
			this.#limit = this.options.bounds.queueBytes;
			this.#listen(false);
		} else this.#skip(batch);
		this.#pump();
	}

	#pump(): void {
		while (!this.#backlog.isEmpty && this.#sink.queued() < HAND_BYTES) this.#hand([]);
		if (this.#backlog.isEmpty || this.#awaitsDrain) return;
		this.#awaitsDrain = true;
		this.#sink.onceDrained(this.#onDrained);
	}

	/** Writes `parts`, and as much of what waits as a sink is given at a time. */
	#hand(parts: Buffer[]): void {
		for (let size = 0; size < HAND_BYTES; ) {
			const piece = this.#backlog.shift();
			if (!piece) break;
			parts.push(piece.bytes);
			size += piece.bytes.length;
		}
		const [first] = parts;
		if (first && parts.length === 1) this.#write(first);
		else if (first) {
			for (const part of parts) this.#sentBytes += part.length;
			this.#writes++;
			this.#sink.writeAll(parts);
		}
	}

	#write(bytes: Buffer): void {
		if (bytes.length === 0) return;
		this.#sentBytes += bytes.length;
		this.#writes++;
		this.#sink.write(bytes);
	}

	readonly #onDrained = (): void => {
		this.#awaitsDrain = false;
		try {
			this.#pump();
		} catch (error) {
			this.#home.evict(this, "write-failed", error);
		}
	};

	#watch(): void {
		this.#cancelWatch = this.#sink.watch(this.options.bounds.evictMs, () => this.#home.evict(this, "stalled"));
	}

	#listen(isListening: boolean): void {
		if (this.#isListening === isListening) return;
		this.#isListening = isListening;
		this.#home.listens(isListening);
	}

	#skip({ frames, groups }: Dropped): void {
		if (!this.#isBehind) return;
		this.#skippedFrames += frames;
		this.#skippedGroups += groups;
		this.#home.totals.skippedFrames += frames;
		this.#home.totals.skippedGroups += groups;
	}
}
