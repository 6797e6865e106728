import type { Millis } from "#shared/clock";
import { Channel } from "./channel.ts";
import { type HeaderSet, stamped } from "./headers.ts";
import type { Entry } from "./history.ts";
import type { JoinOptions, Reader } from "./reader.ts";
import type { StreamView } from "./stream-view.ts";
import type { WireForm } from "./wire-form.ts";

/** All readers of one wire form: turns each packet into bytes once and hands them to a channel per delay. */
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
		this.form = form;
		this.#stream = stream;
		this.#onEmpty = onEmpty;
	}

	write(entry: Entry): void {
		const pieces = this.#pieces;
		pieces.length = 0;
		this.form.serialise(entry.packet, pieces);
		let bytes = 0;
		for (const piece of pieces) bytes += piece.length;
		for (const channel of this.#channels) channel.add(entry, pieces, bytes);
	}

	join(options: JoinOptions): Reader {
		const channel = this.#channels.find((other) => other.delayMs === options.delayMs) ?? this.#open(options.delayMs);
		return channel.join(options);
	}

	end(reason: string): void {
		for (const channel of this.#channels) channel.end(reason);
	}

	/** Headers as bytes of this form, stamped `time`; the last result is kept for those who ask for the same. */
	headerBytes(headers: HeaderSet, time: Millis): Buffer {
		const kept = this.#opening;
		if (kept && kept.headers === headers && kept.time === time) return kept.bytes;
		const pieces: Uint8Array[] = [];
		for (const packet of headers) this.form.serialise(stamped(packet, time), pieces);
		const bytes = Buffer.concat(pieces);
		this.#opening = { headers, time, bytes };
		return bytes;
	}

	#open(delayMs: Millis): Channel {
		const channel = new Channel(this, this.#stream, { delayMs, onEmpty: (empty) => this.#close(empty) });
		this.#channels = [...this.#channels, channel];
		return channel;
	}

	#close(empty: Channel): void {
		this.#channels = this.#channels.filter((other) => other !== empty);
		if (this.#channels.length === 0) this.#onEmpty(this);
	}
}
