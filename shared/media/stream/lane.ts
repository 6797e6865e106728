import type { Millis } from "#shared/base/clock";
import { type HeaderSet, stamped } from "#shared/media/headers";
import { Channel } from "./channel.ts";
import type { Entry } from "./history.ts";
import type { JoinOptions, Reader } from "./reader.ts";
import type { StreamView } from "./stream-view.ts";
import type { WireForm } from "./wire-form.ts";

/** A flush to so many takes a few milliseconds. Of more, each cohort has its own moment, so that nobody waits for all others. */
const COHORT_READERS = 128;
/** With more, flushes get smaller and no sooner. */
const MAX_COHORTS = 4;
/** Each cohort waits shorter than the one before it by this share of the delay. */
const COHORT_STEP = 1 / 8;

/** All readers of one wire form: turns each packet into bytes once and hands them to the channels, one or a few per delay. */
export class Lane {
	readonly form: WireForm;
	readonly #stream: StreamView;
	readonly #onEmpty: (lane: Lane) => void;
	/** Replaced, never changed: readers come and go while a packet is handed round. */
	#channels: readonly Channel[] = [];
	readonly #pieces: Uint8Array[] = [];
	#opening: { headers: HeaderSet; time: Millis; bytes: Buffer } | undefined;

	/** `onEmpty` is called when the last reader is gone and the lane is to be forgotten. */
	constructor(form: WireForm, stream: StreamView, onEmpty: (lane: Lane) => void) {
		this.form = form.ofStream?.() ?? form;
		this.#stream = stream;
		this.#onEmpty = onEmpty;
	}

	write(entry: Entry): void {
		const pieces = this.#pieces;
		pieces.length = 0;
		this.form.serialise(entry.packet, pieces, entry.headers);
		let bytes = 0;
		for (const piece of pieces) bytes += piece.length;
		for (const channel of this.#channels) channel.add(entry, pieces, bytes);
	}

	join(options: JoinOptions): Reader {
		return this.#channelFor(options.delayMs).join(options);
	}

	end(reason: string): void {
		for (const channel of this.#channels) channel.end(reason);
	}

	/** Headers as bytes of this form, stamped `time`; the last result is kept for those who ask for the same. */
	headerBytes(headers: HeaderSet, time: Millis): Buffer {
		const kept = this.#opening;
		if (kept && kept.headers === headers && kept.time === time) return kept.bytes;
		const pieces: Uint8Array[] = [];
		for (const packet of headers) this.form.serialise(stamped(packet, time), pieces, headers);
		const bytes = Buffer.concat(pieces);
		this.#opening = { headers, time, bytes };
		return bytes;
	}

	/** The first cohort with room, a new one, or the smallest. What is not delayed has one: it comes with the packet. */
	#channelFor(delayMs: Millis): Channel {
		const cohorts = this.#channels.filter((channel) => channel.delayMs === delayMs);
		const [smallest] = cohorts.toSorted((a, b) => a.readers - b.readers);
		const most = delayMs === 0 ? 1 : MAX_COHORTS;
		const roomy = cohorts.find(({ readers }) => readers < COHORT_READERS);
		return roomy ?? (smallest && cohorts.length >= most ? smallest : this.#open(delayMs, cohorts));
	}

	#open(delayMs: Millis, others: readonly Channel[]): Channel {
		let waitMs = delayMs;
		while (others.some((other) => other.waitMs === waitMs)) waitMs -= delayMs * COHORT_STEP;
		const channel = new Channel(this, this.#stream, { delayMs, waitMs, onEmpty: (empty) => this.#close(empty) });
		this.#channels = [...this.#channels, channel];
		return channel;
	}

	#close(empty: Channel): void {
		this.#channels = this.#channels.filter((other) => other !== empty);
		if (this.#channels.length === 0) this.#onEmpty(this);
	}
}
