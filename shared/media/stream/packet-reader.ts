import type { Clock } from "#shared/base/clock";
import { Deque } from "#shared/base/deque";
import type { MediaPacket } from "#shared/formats/packet";
import { type HeaderSet, MAX_HEADER_BYTES, NO_HEADERS } from "#shared/media/headers";
import type { Configs } from "./configs.ts";
import { cost, type Entry } from "./history.ts";
import type { StreamItem } from "./stream-item.ts";

/** How a stream is read packet by packet. */
export type ReadOptions = {
	/** What may wait for the reader: payloads, and 256 bytes for each packet. What it begins with may be more. */
	readonly maxBytes: number;
	/** Begins at the oldest group that is held whole, rather than at the newest. */
	readonly from?: "history" | undefined;
	/**
	 * There is something to take, after there was nothing. Called when the work of the present turn is done, never from inside
	 * `write` or `read`. Throwing ends this reader alone.
	 */
	onReadable(): void;
};

/** One reader of a stream's packets; nobody waits for it. Its `take` and `leave` may be called at any time. */
export interface PacketReader {
	/** All that waits, oldest first; empty where nothing does. The packets are shared and never change. */
	take(): readonly StreamItem[];
	/** Ends the reading; doing it again does nothing. */
	leave(): void;
}

/** What the packet readers of one hub have in common. */
export type PacketReading = {
	readonly clock: Clock;
	readonly configs: Configs;
	drop(queue: PacketQueue): void;
	/** A reader's callback threw; the reader has left. */
	failed(error: unknown): void;
};

/**
 * What waits for one packet reader: references to what all share. Past its bound it loses the oldest group that it has not
 * begun, so that what was begun is finished; a group larger than the bound loses its end.
 */
export class PacketQueue implements PacketReader {
	readonly #options: ReadOptions;
	readonly #home: PacketReading;
	/** The rest of a group of which some was taken. */
	readonly #begun = new Deque<Entry>();
	/** The groups behind it. */
	readonly #groups = new Deque<Entry>();
	#bytes = 0;
	/** The bound, and on top of it what the reader began with until it has taken that. */
	#limit: number;
	#awaitsGroup = true;
	/** The reader has been told, or is about to be, and has not taken anything since. */
	#isTold = false;
	#isGone = false;
	/** The last one taken: what came between it and the next one was skipped. */
	#last: Entry | undefined;
	#ended: string | undefined;

	constructor(options: ReadOptions, home: PacketReading) {
		this.#options = options;
		this.#home = home;
		this.#limit = options.maxBytes;
	}

	/** Takes what the reader begins with; whatever its size, it is held by the history as well. */
	begin(entries: Iterable<Entry>): void {
		this.#limit = Number.POSITIVE_INFINITY;
		for (const entry of entries) this.offer(entry);
		this.#limit = this.#options.maxBytes + this.#bytes;
	}

	/** Takes the stream's next packet; calls nobody. */
	offer(entry: Entry): void {
		if (entry.startsGroup) this.#awaitsGroup = false;
		if (this.#awaitsGroup) return;
		const isBegun = !entry.startsGroup && this.#groups.length === 0;
		(isBegun ? this.#begun : this.#groups).push(entry);
		this.#bytes += cost(entry);
		while (this.#bytes > this.#limit) this.#dropGroup();
		this.#tell();
	}

	end(reason: string): void {
		this.#ended = reason;
		this.#tell();
	}

	take(): readonly StreamItem[] {
		const items: StreamItem[] = [];
		this.#limit = this.#options.maxBytes;
		this.#isTold = false;
		for (let entry = this.#shift(); entry; entry = this.#shift()) this.#give(entry, items);
		if (this.#ended !== undefined) {
			items.push({ type: "ended", reason: this.#ended });
			this.leave();
		}
		return items;
	}

	leave(): void {
		if (this.#isGone) return;
		this.#isGone = true;
		this.#ended = undefined;
		while (this.#shift());
		this.#home.drop(this);
	}

	get #isEmpty(): boolean {
		return this.#begun.length + this.#groups.length === 0 && this.#ended === undefined;
	}

	#shift(): Entry | undefined {
		const entry = this.#begun.shift() ?? this.#groups.shift();
		if (entry) this.#bytes -= cost(entry);
		return entry;
	}

	#dropGroup(): void {
		const queue = this.#groups.length > 0 ? this.#groups : this.#begun;
		do {
			const entry = queue.shift();
			if (entry) this.#bytes -= cost(entry);
		} while (queue.at(0)?.startsGroup === false);
		this.#awaitsGroup = this.#groups.length === 0;
	}

	#give(entry: Entry, items: StreamItem[]): void {
		const { seq, packet, headers, discontinuities } = entry;
		const last = this.#last;
		this.#last = entry;
		if (last && seq > last.seq + 1) items.push({ type: "skipped", packets: seq - last.seq - 1 });
		if (last && discontinuities !== last.discontinuities) items.push({ type: "discontinuity" });
		if (headers !== last?.headers) this.#giveHeaders(headers, last?.headers ?? NO_HEADERS, items);
		// Of metadata and headers that are kept, what is new has come with the set; the rest are repeats.
		if (!isKept(packet)) items.push(this.#itemOf(packet));
	}

	#giveHeaders(headers: HeaderSet, known: HeaderSet, items: StreamItem[]): void {
		for (const header of headers) if (!known.includes(header)) items.push(this.#itemOf(header));
	}

	#itemOf(packet: MediaPacket): StreamItem {
		if (packet.role === "metadata") return { type: "metadata", packet };
		const config = packet.role === "header" ? this.#home.configs.of(packet) : undefined;
		return config ? { type: "config", track: config.kind, config, header: packet } : { type: "packet", packet };
	}

	#tell(): void {
		if (this.#isTold || this.#isEmpty) return;
		this.#isTold = true;
		this.#home.clock.soon(this.#call);
	}

	readonly #call = (): void => {
		if (this.#isGone || this.#isEmpty) return;
		try {
			this.#options.onReadable();
		} catch (error) {
			this.leave();
			this.#home.failed(error);
		}
	};
}

const isKept = ({ role, payload }: MediaPacket): boolean =>
	(role === "header" || role === "metadata") && payload.length <= MAX_HEADER_BYTES;
