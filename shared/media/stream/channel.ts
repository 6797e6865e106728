import type { Cancel, Millis } from "#shared/base/clock";
import { type HeaderSet, NO_HEADERS } from "#shared/media/headers";
import { Batch } from "./batch.ts";
import { type Beginning, Burst, piecesOf } from "./burst.ts";
import { Cursor, type CursorHome } from "./cursor.ts";
import type { Entry } from "./history.ts";
import type { Cut } from "./piece.ts";
import type { EvictReason, JoinOptions, Reader } from "./reader.ts";
import type { StreamView, Totals } from "./stream-view.ts";
import type { WireForm } from "./wire-form.ts";

/** Above this a longer wait makes writes no cheaper per byte, only later: 20 ms hold as much at 26 Mb/s. */
const FLUSH_BYTES = 64 * 1024;

/** For so few, what is written at once after a pause costs next to nothing, and they get it sooner and more evenly. */
const FEW_READERS = 64;
/** What a write takes, roughly. A flush begins earlier by what its writes take, so that the last reader is not late either. */
const WRITE_MS: Millis = 0.015;
/** Beginning still earlier than by this share of the wait would make flushes many and small. */
const MOST_EARLIER = 1 / 8;

/** What an upstream sends at once takes no longer to arrive. */
const JUST_BEGUN_MS: Millis = 1_000;

const NO_BYTES = Buffer.alloc(0);

/** What a channel needs of the lane it is in. */
type ChannelSource = {
	readonly form: WireForm;
	headerBytes(headers: HeaderSet, time: Millis): Buffer;
};

/** `waitMs` is how long packets are collected; at most the `delayMs` its readers asked for. */
type ChannelOptions = { readonly delayMs: Millis; readonly waitMs: Millis; onEmpty(channel: Channel): void };

/**
 * Readers of one form and delay. Collects packets and hands each flush to all readers as one buffer.
 * Sinks and callbacks may let readers join and leave in the middle of it; closed when the last reader is gone.
 */
export class Channel implements CursorHome {
	readonly delayMs: Millis;
	readonly waitMs: Millis;
	readonly totals: Totals;
	readonly #source: ChannelSource;
	readonly #stream: StreamView;
	readonly #burst: Burst;
	readonly #onEmpty: (channel: Channel) => void;
	readonly #cursors: Cursor[] = [];
	#batch: Batch;
	/** The packet after the last one collected. */
	#next: number;
	/** The packet after the last one flushed. */
	#flushedTo: number;
	#flushedAt: Millis = Number.NEGATIVE_INFINITY;
	#headers: HeaderSet;
	/** Readers who want sound until there is a picture. */
	#listeners = 0;
	#isArmed = false;
	#cancelTimer: Cancel | undefined;
	#isFlushing = false;
	/** Asked to end by a callback in the middle of a flush: it is done behind it, so that all get the same. */
	#ending: string | undefined;

	constructor(source: ChannelSource, stream: StreamView, options: ChannelOptions) {
		const newest = stream.newest();
		this.delayMs = options.delayMs;
		this.waitMs = options.waitMs;
		this.totals = stream.totals;
		this.#source = source;
		this.#stream = stream;
		this.#burst = new Burst(source.form, stream.history);
		this.#onEmpty = options.onEmpty;
		this.#next = newest ? newest.seq + 1 : 0;
		this.#flushedTo = this.#next;
		this.#headers = newest?.headers ?? NO_HEADERS;
		this.#batch = new Batch(1, this.#headers);
	}

	get readers(): number {
		return this.#cursors.length;
	}

	/** Collects one packet, whose `size` bytes are in `pieces`. */
	add(entry: Entry, pieces: readonly Uint8Array[], size: number): void {
		// A channel opened or closed by a callback while this packet goes round has it already, or needs it no more.
		if (entry.seq < this.#next || this.#cursors.length === 0) return;
		this.#next = entry.seq + 1;
		this.#headers = entry.headers;
		if (this.#listeners > 0 && entry.packet.kind === "audio") this.#batch.addSound(entry, pieces);
		this.#batch.add(entry, pieces, size);
		if (this.#batch.size >= FLUSH_BYTES && !this.#isFlushing) this.#flush();
		else if (this.#batch.size > 0) this.#arm();
	}

	join(options: JoinOptions): Reader {
		const cursor = new Cursor(options, this, this.#batch.number - 1);
		cursor.slot = this.#cursors.push(cursor) - 1;
		this.totals.readers++;
		try {
			this.#begin(cursor);
		} catch (error) {
			this.evict(cursor, "write-failed", error);
		}
		return cursor;
	}

	/** Flushes what is collected and lets go of every reader. */
	end(reason: string): void {
		if (this.#isFlushing) {
			this.#ending = reason;
			return;
		}
		this.#flush();
		for (let cursor = this.#cursors.at(-1); cursor; cursor = this.#cursors.at(-1)) {
			this.#end(cursor, reason);
		}
	}

	leadTo({ headers, packet }: Cut, known: HeaderSet): Buffer {
		const missing = headers.filter((header) => !known.includes(header));
		// The set itself where all of it is missing: its bytes are kept for all who ask.
		const wanted = missing.length === headers.length ? headers : missing;
		const bytes = wanted.length > 0 ? this.#source.headerBytes(wanted, packet.time) : NO_BYTES;
		const lead = this.#source.form.leadIn?.(packet, true);
		return lead ? Buffer.concat([bytes, lead]) : bytes;
	}

	listens(isListening: boolean): void {
		if (this.#source.form.leadIn) return;
		this.#listeners += isListening ? 1 : -1;
	}

	evict(cursor: Cursor, reason: EvictReason, cause?: unknown): void {
		if (cursor.isGone) return;
		cursor.close();
		this.drop(cursor);
		this.totals.evicted++;
		cursor.options.onEvict(reason, cause);
	}

	/** Takes the reader off the list; the last one of the list moves into its place. */
	drop(cursor: Cursor): void {
		const last = this.#cursors.pop();
		if (last && last !== cursor) {
			this.#cursors[cursor.slot] = last;
			last.slot = cursor.slot;
		}
		this.totals.readers--;
		if (this.#cursors.length > 0) return;
		this.#disarm();
		this.#onEmpty(this);
	}

	#begin(cursor: Cursor): void {
		const { resumeFrom } = cursor.options;
		const beginning = (resumeFrom && this.#resumed(resumeFrom)) ?? this.#burst.upTo(this.#flushedTo);
		if (beginning) {
			const { first, pieces } = beginning;
			const lead = this.#source.form.leadIn?.(first.packet, false) ?? NO_BYTES;
			cursor.beginLive(this.#opening(first.headers, first.packet.time, lead), pieces);
			return;
		}
		const { cut } = this.#batch;
		const headers = cut?.headers ?? this.#headers;
		const time = cut?.packet.time ?? this.#stream.newest()?.packet.time ?? 0;
		cursor.beginWaiting(this.#opening(headers, time), headers);
	}

	#opening(headers: HeaderSet, time: Millis, lead: Uint8Array = NO_BYTES): Buffer {
		const bytes = this.#source.headerBytes(headers, time);
		const { preamble = NO_BYTES } = this.#source.form;
		return preamble.length + lead.length > 0 ? Buffer.concat([preamble, bytes, lead]) : bytes;
	}

	/** What a reader that had the stream before gets instead of the newest group; its own, since nobody else left off there. */
	#resumed(resumeFrom: NonNullable<JoinOptions["resumeFrom"]>): Beginning | undefined {
		const held = [...this.#stream.history.range(0, this.#flushedTo)];
		const index = resumeFrom(held.map(({ packet }) => packet)) ?? (this.#hasJustBegun(held[0]) ? 0 : undefined);
		const first = index === undefined ? undefined : held[index];
		return first && { first, pieces: piecesOf(held.slice(index), this.#source.form) };
	}

	/** What the reader had may still be on its way: the stream is fetched from where the first who asked for it left off. */
	#hasJustBegun(first: Entry | undefined): boolean {
		return first?.seq === 0 && this.#stream.clock.now() - first.at < JUST_BEGUN_MS;
	}

	#flush(): void {
		const batch = this.#batch;
		if (batch.size === 0 || this.#isFlushing) return;
		this.#disarm();
		this.#batch = new Batch(batch.number + 1, this.#headers);
		this.#flushedTo = this.#next;
		this.#flushedAt = this.#stream.clock.now();
		batch.seal();
		this.#burst.follow(batch);
		this.#isFlushing = true;
		// From the end, so that whoever joins meanwhile is not met, and a reader moved to another slot is met at most twice.
		for (let slot = this.#cursors.length - 1; slot >= 0; slot--) {
			const cursor = this.#cursors[slot];
			if (cursor) this.#offer(cursor, batch);
		}
		this.#isFlushing = false;
		if (this.#ending !== undefined) this.end(this.#ending);
	}

	#offer(cursor: Cursor, batch: Batch): void {
		try {
			cursor.offer(batch);
		} catch (error) {
			this.evict(cursor, "write-failed", error);
		}
	}

	#end(cursor: Cursor, reason: string): void {
		try {
			cursor.finish();
		} catch (error) {
			this.evict(cursor, "write-failed", error);
		}
		if (cursor.isGone) return;
		cursor.close();
		this.drop(cursor);
		cursor.options.onEnd(reason);
	}

	#arm(): void {
		if (this.#isArmed) return;
		this.#isArmed = true;
		const { clock } = this.#stream;
		const wait = this.#timeToFlush(clock.now());
		if (wait > 0) this.#cancelTimer = clock.after(wait, this.#onTime);
		else clock.soon(this.#onTime);
	}

	/** Few readers wait only since the last flush, many since the first packet of this one. */
	#timeToFlush(now: Millis): Millis {
		const readers = this.#cursors.length;
		const isFew = readers <= FEW_READERS;
		const earlier = isFew ? now - this.#flushedAt : Math.min(this.waitMs * MOST_EARLIER, readers * WRITE_MS);
		return Math.ceil(this.waitMs - earlier);
	}

	/** A task asked for with `soon` cannot be called off: it stays armed and finds what there is. */
	#disarm(): void {
		if (!this.#cancelTimer) return;
		this.#cancelTimer();
		this.#cancelTimer = undefined;
		this.#isArmed = false;
	}

	readonly #onTime = (): void => {
		this.#isArmed = false;
		this.#cancelTimer = undefined;
		if (this.#cursors.length > 0) this.#flush();
	};
}
