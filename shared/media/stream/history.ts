import type { Millis } from "#shared/base/clock";
import { Deque } from "#shared/base/deque";
import type { MediaPacket } from "#shared/formats/packet";
import type { HeaderSet } from "#shared/media/headers";

/** One packet of a stream with its place in it. */
export type Entry = {
	/** Counts the packets of the stream without gaps. */
	readonly seq: number;
	/** When it arrived. */
	readonly at: Millis;
	readonly packet: MediaPacket;
	/** A reader can begin here. */
	readonly startsGroup: boolean;
	/** Metadata and codec headers in force, this packet included. */
	readonly headers: HeaderSet;
	/** Discontinuities of the stream so far: where the number rises, what came before does not lead up to this packet. */
	readonly discontinuities: number;
};

/** How long a node keeps what a child may have missed and asks for when it comes back: longer than any switch takes. */
export const HISTORY_MS: Millis = 12_000;

/** What a packet costs beside its payload (objects, slots), so that empty payloads are bounded too. */
const ENTRY_BYTES = 256;

/** Bounds in bytes (payloads and bookkeeping) and, for what comes before the newest group, in age. */
export type HistoryBounds = { readonly bytes: number; readonly keepMs: Millis };

/**
 * The last packets of a stream: the newest group whole, and what came before it for `keepMs`.
 * A group that outgrows `bytes` loses its start, and is then no group to begin with.
 */
export class History {
	readonly #bounds: HistoryBounds;
	readonly #entries = new Deque<Entry>();
	#bytes = 0;
	#group: Entry | undefined;

	constructor(bounds: HistoryBounds) {
		this.#bounds = bounds;
	}

	/** What is held now; never more than the bound. */
	get bytes(): number {
		return this.#bytes;
	}

	get length(): number {
		return this.#entries.length;
	}

	/** The first packet of the newest group, as long as all of that group is held. */
	get newestGroup(): Entry | undefined {
		return this.#group;
	}

	append(entry: Entry): void {
		this.#entries.push(entry);
		this.#bytes += cost(entry);
		if (entry.startsGroup) this.#group = entry;
		while (this.#bytes > this.#bounds.bytes) this.#evict();
		this.#forgetOld(entry.at - this.#bounds.keepMs);
	}

	/** No packet so far is one to begin with; they stay for those who know where they were. */
	forgetGroup(): void {
		this.#group = undefined;
	}

	/** The first packet of the oldest group that is held whole. */
	get oldestGroup(): Entry | undefined {
		for (let place = 0; place < this.#entries.length; place++) {
			const entry = this.#entries.at(place);
			if (entry?.startsGroup) return entry;
		}
		return undefined;
	}

	/** Held packets numbered `from` up to, not including, `to`. */
	*range(from: number, to: number): Generator<Entry> {
		const first = this.#entries.at(0)?.seq ?? to;
		for (let seq = Math.max(from, first); seq < to; seq++) {
			const entry = this.#entries.at(seq - first);
			if (!entry) return;
			yield entry;
		}
	}

	#forgetOld(limit: Millis): void {
		for (let first = this.#entries.at(0); first && first !== this.#group && first.at < limit; ) {
			this.#evict();
			first = this.#entries.at(0);
		}
	}

	#evict(): void {
		const entry = this.#entries.shift();
		if (!entry) return;
		this.#bytes -= cost(entry);
		if (entry === this.#group) this.#group = undefined;
	}
}

/** What a packet takes of a bound in bytes. */
export const cost = (entry: Entry): number => entry.packet.payload.length + ENTRY_BYTES;
