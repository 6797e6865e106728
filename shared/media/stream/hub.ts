import type { Clock, Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { type HeaderSet, Headers } from "#shared/media/headers";
import { Configs } from "./configs.ts";
import { Groups } from "./groups.ts";
import { type Entry, History } from "./history.ts";
import { Lane } from "./lane.ts";
import { PacketQueue, type PacketReader, type PacketReading, type ReadOptions } from "./packet-reader.ts";
import { type JoinOptions, NO_LONGER_A_READER, type Reader } from "./reader.ts";
import type { StreamView } from "./stream-view.ts";
import type { WireForm } from "./wire-form.ts";

/** What a hub is made of and may hold. */
export type HubOptions = {
	readonly clock: Clock;
	/** Most bytes kept for joiners; they wait for the next keyframe where a group of pictures is larger. */
	readonly historyBytes: number;
	/** How long packets before the newest keyframe are kept, within `historyBytes`; 0 where left out. */
	readonly historyMs?: Millis;
	/** A codec header cannot be read. It is handed on like any other; packet readers get it as a `packet`. */
	readonly onMalformed: (header: MediaPacket, reason: string) => void;
	/** The callback of a packet reader threw, and that reader has left. */
	readonly onReaderFailed: (error: unknown) => void;
};

/**
 * One stream: one writer, many readers. A packet is put into bytes once per wire form, whatever the number of readers,
 * and what is collected goes to all of them as one shared buffer. Owned by whoever feeds it, who ends it.
 */
export class Hub {
	readonly #clock: Clock;
	readonly #history: History;
	readonly #headers = new Headers();
	readonly #groups = new Groups();
	readonly #stream: StreamView;
	/** Replaced, never changed: readers come and go while a packet is handed round. */
	#lanes: readonly Lane[] = [];
	/** Replaced, never changed, too. */
	#packetReaders: readonly PacketQueue[] = [];
	readonly #reading: PacketReading;
	#discontinuities = 0;
	#last: Entry | undefined;
	#packetsIn = 0;
	#ended: string | undefined;

	constructor(options: HubOptions) {
		this.#clock = options.clock;
		this.#history = new History({ bytes: options.historyBytes, keepMs: options.historyMs ?? 0 });
		this.#reading = {
			clock: options.clock,
			configs: new Configs(options.onMalformed),
			drop: (gone) => {
				this.#packetReaders = this.#packetReaders.filter((other) => other !== gone);
			},
			failed: options.onReaderFailed,
		};
		this.#stream = {
			clock: options.clock,
			history: this.#history,
			totals: { readers: 0, skippedFrames: 0, skippedGroups: 0, evicted: 0 },
			newest: () => this.#last,
		};
	}

	/**
	 * Takes the next packet, which nobody may change from here on; never waits. After `end` it does nothing.
	 * Not to be called from inside a sink or a reader's callback.
	 */
	write(packet: MediaPacket): void {
		if (this.#ended !== undefined) return;
		if (this.#headers.note(packet) && packet.role === "header") this.#reading.configs.read(packet);
		const hadVideo = this.#groups.hasVideo;
		const startsGroup = this.#groups.startsWith(packet);
		if (this.#groups.hasVideo !== hadVideo) this.#history.forgetGroup();
		const headers = this.#headers.current;
		const discontinuities = this.#discontinuities;
		const entry: Entry = {
			seq: this.#packetsIn++,
			at: this.#clock.now(),
			packet,
			startsGroup,
			headers,
			discontinuities,
		};
		this.#last = entry;
		this.#history.append(entry);
		for (const reader of this.#packetReaders) reader.offer(entry);
		for (const lane of this.#lanes) lane.write(entry);
	}

	/** Says that what was written so far does not lead up to the next packet: its times are moved to fit, or its codecs are others. */
	discontinuity(): void {
		this.#discontinuities++;
	}

	/**
	 * Adds a packet reader, which gets typed packets in place of bytes: the metadata and codec configuration in force and the
	 * newest group first, then all that comes. Without a group to begin with it waits for one. On an ended hub it is told so.
	 */
	read(options: ReadOptions): PacketReader {
		const queue = new PacketQueue(options, this.#reading);
		if (this.#ended !== undefined) queue.end(this.#ended);
		else {
			const first = options.from === "history" ? this.#history.oldestGroup : this.#history.newestGroup;
			if (first) queue.begin(this.#history.range(first.seq, this.#packetsIn));
			this.#packetReaders = [...this.#packetReaders, queue];
		}
		return queue;
	}

	/**
	 * Adds a reader: it gets metadata and codec headers as they were at the newest keyframe and everything since in one
	 * write, then all that comes. Without a keyframe to begin with it gets the headers and waits for one.
	 * On an ended hub `onEnd` is called at once.
	 */
	join(options: JoinOptions): Reader {
		if (this.#ended === undefined) return this.#lane(options.form).join(options);
		options.onEnd(this.#ended);
		return NO_LONGER_A_READER;
	}

	/** Writes what is still collected, then tells every reader with its `onEnd`. */
	end(reason: string): void {
		if (this.#ended !== undefined) return;
		this.#ended = reason;
		for (const reader of this.#packetReaders) reader.end(reason);
		for (const lane of this.#lanes) lane.end(reason);
	}

	/** Readers at present, skipping ones included. */
	get readers(): number {
		return this.#stream.totals.readers;
	}

	/** When the last packet came, or undefined before the first. */
	get lastPacketAt(): Millis | undefined {
		return this.#last?.at;
	}

	/** The last packet's own time, or undefined before the first. */
	get lastTime(): Millis | undefined {
		return this.#last?.packet.time;
	}

	get packetsIn(): number {
		return this.#packetsIn;
	}

	/** Coded frames not sent to readers that were too slow, added up over all readers so far. */
	get skippedFrames(): number {
		return this.#stream.totals.skippedFrames;
	}

	/** Groups of pictures of which slow readers missed some or all, added up over all readers so far. */
	get skippedGroups(): number {
		return this.#stream.totals.skippedGroups;
	}

	/** Readers evicted so far. */
	get evicted(): number {
		return this.#stream.totals.evicted;
	}

	/** The codec headers in force, one per track. */
	headers(): HeaderSet {
		return this.#headers.codecs;
	}

	/** The last onMetaData, if there was one. */
	metadata(): MediaPacket | undefined {
		return this.#headers.metadata;
	}

	#lane(form: WireForm): Lane {
		const known = this.#lanes.find((lane) => lane.form.name === form.name);
		if (known) return known;
		const lane = new Lane(form, this.#stream, (empty) => {
			this.#lanes = this.#lanes.filter((other) => other !== empty);
		});
		this.#lanes = [...this.#lanes, lane];
		return lane;
	}
}
