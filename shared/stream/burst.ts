import type { Millis } from "#shared/clock";
import type { HeaderSet } from "./headers.ts";
import type { Entry, History } from "./history.ts";
import type { WireForm } from "./wire-form.ts";

/** What a burst needs of the lane it is made in. */
export type BurstSource = {
	readonly form: WireForm;
	headerBytes(headers: HeaderSet, time: Millis): Buffer;
};

/**
 * What a joiner gets in its first write: preamble, headers and the newest group as far as its channel has flushed it.
 * Made when the first joiner of a group asks, kept up to date by what is flushed, dropped with its group.
 */
export class Burst {
	readonly #source: BurstSource;
	readonly #history: History;
	#group: Entry | undefined;
	#parts: Buffer[] = [];

	constructor(source: BurstSource, history: History) {
		this.#source = source;
		this.#history = history;
	}

	/** The burst up to packet `end`, the same buffer until the next flush; undefined where there is no group to begin with. */
	upTo(end: number): Buffer | undefined {
		const group = this.#history.newestGroup;
		if (!group) return undefined;
		if (this.#group !== group && group.seq < end) this.#make(group, end);
		if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
		return this.#parts[0];
	}

	/** Takes note of what the channel has just flushed. */
	follow(bytes: Buffer): void {
		if (!this.#group) return;
		if (this.#group === this.#history.newestGroup) this.#parts.push(bytes);
		else {
			this.#group = undefined;
			this.#parts = [];
		}
	}

	#make(group: Entry, end: number): void {
		const { form } = this.#source;
		const pieces: Uint8Array[] = [
			form.preamble ?? NO_PREAMBLE,
			this.#source.headerBytes(group.headers, group.packet.time),
		];
		for (const entry of this.#history.range(group.seq, end)) form.serialise(entry.packet, pieces);
		this.#group = group;
		this.#parts = [Buffer.concat(pieces)];
	}
}

const NO_PREAMBLE = new Uint8Array();
