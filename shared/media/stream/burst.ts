import { type HeaderSet, NO_HEADERS } from "#shared/media/headers";
import { Batch } from "./batch.ts";
import type { Entry, History } from "./history.ts";
import type { Piece } from "./piece.ts";
import type { WireForm } from "./wire-form.ts";

/** Small enough to be handed over one after the other, large enough to be few. */
const PIECE_BYTES = 64 * 1024;

/** What a reader begins with: the headers to send first, and the pieces behind them. */
export type Beginning = { readonly first: Entry; readonly pieces: readonly Piece[] };

/**
 * What a joiner begins with: the newest group as far as its channel has flushed it, in pieces that all joiners share.
 * Made when the first joiner of a group asks, continued with what is flushed, dropped with its group.
 */
export class Burst {
	readonly #form: WireForm;
	readonly #history: History;
	#group: Entry | undefined;
	#pieces: Piece[] = [];

	constructor(form: WireForm, history: History) {
		this.#form = form;
		this.#history = history;
	}

	/** The burst up to packet `end`; undefined where there is no group to begin with. */
	upTo(end: number): Beginning | undefined {
		const group = this.#history.newestGroup;
		if (!group) return undefined;
		if (this.#group !== group && group.seq < end) {
			this.#group = group;
			this.#pieces = piecesOf(this.#history.range(group.seq, end), this.#form);
		}
		return this.#group && { first: this.#group, pieces: this.#pieces };
	}

	/** Takes note of what the channel has just flushed. */
	follow(piece: Piece): void {
		if (!this.#group) return;
		if (this.#group === this.#history.newestGroup) this.#pieces.push(piece);
		else {
			this.#group = undefined;
			this.#pieces = [];
		}
	}
}

/** Held packets as bytes of one form. */
export function piecesOf(entries: Iterable<Entry>, form: WireForm): Piece[] {
	const batches: Batch[] = [];
	let headersBefore: HeaderSet = NO_HEADERS;
	for (const entry of entries) {
		let batch = batches.at(-1);
		if (!batch || batch.size >= PIECE_BYTES) {
			batch = new Batch(0, headersBefore);
			batches.push(batch);
		}
		const bytes: Uint8Array[] = [];
		form.serialise(entry.packet, bytes, entry.headers);
		batch.add(
			entry,
			bytes,
			bytes.reduce((sum, { length }) => sum + length, 0),
		);
		headersBefore = entry.headers;
	}
	for (const batch of batches) batch.seal();
	return batches;
}
