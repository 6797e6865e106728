import type { Millis } from "#shared/base/clock";
import { Deque } from "#shared/base/deque";
import type { MediaPacket } from "#shared/formats/packet";
import type { HeaderSet } from "#shared/media/headers";
import { type FrameKind, type FrameWindows, frameWindows } from "./frame-window.ts";

/** A feed may be this much ahead of the output and still be recognised; also a 10 s group of pictures fits. */
const BACKLOG_MS = 15_000;
/** 10 s of 12 Mb/s. */
const BACKLOG_BYTES = 16 * 1024 * 1024;
/** What a packet costs beside its payload, so that empty ones are bounded too. */
const ENTRY_BYTES = 256;
/** Without video every frame is one to begin with; an unrelated feed then has no use for more. */
const AUDIO_ONLY_MS = 500;

/** One packet that waits, with what it takes to go on from it. */
export type Waiting = {
	readonly packet: MediaPacket;
	readonly mark: number;
	/** Its number in its track; undefined for data and codec headers. */
	readonly index: number | undefined;
	/** Metadata and codec headers in force here. */
	readonly headers: HeaderSet;
};

/** What a feed sent that is not recognised yet: without holes, bounded in bytes and time. */
export class Backlog {
	#frames: FrameWindows = frameWindows(BACKLOG_MS);
	#items = new Deque<Waiting>();
	#bytes = 0;

	/** Fingerprints and times (the feed's own) of the frames that wait. */
	get frames(): FrameWindows {
		return this.#frames;
	}

	/** Payloads and bookkeeping, at most 16 MiB. */
	get bytes(): number {
		return this.#bytes;
	}

	/** All that waits, oldest first. */
	get items(): readonly Waiting[] {
		return [...this.#items];
	}

	/** The numbers of the video keyframes that wait, newest first. */
	keyframes(): number[] {
		const found = this.items.filter(({ packet, index }) => packet.role === "keyframe" && index !== undefined);
		return found.map(({ index = 0 }) => index).reverse();
	}

	/** The number of the oldest frame of a kind that waits. */
	firstIndex(kind: FrameKind): number | undefined {
		return this.items.find(({ packet, index }) => packet.kind === kind && index !== undefined)?.index;
	}

	/** Takes the feed's next packet. What comes before the first frame does not wait: it is headers. */
	add(packet: MediaPacket, mark: number, headers: HeaderSet): void {
		const index = this.#note(packet, mark);
		if (index === undefined && this.#items.length === 0) return;
		this.#items.push({ packet, mark, index, headers });
		this.#bytes += cost(packet);
		this.#bound(packet.time);
	}

	/** Gives up what came before the newest keyframe: for a feed that is only a candidate. */
	keepNewestGroup(hasVideo: boolean): void {
		const newest = this.#items.at(this.#items.length - 1)?.packet;
		if (!newest) return;
		if (newest.role === "keyframe") while (this.#items.length > 1) this.#dropFirst();
		else if (!hasVideo) this.#dropOlderThan(newest.time - AUDIO_ONLY_MS);
	}

	/** Hands over all that waits and is empty again. */
	take(): readonly Waiting[] {
		const items = this.items;
		this.#frames = frameWindows(BACKLOG_MS);
		this.#items = new Deque();
		this.#bytes = 0;
		return items;
	}

	#note(packet: MediaPacket, mark: number): number | undefined {
		if (packet.kind === "data" || packet.role === "header") return undefined;
		const frames = this.#frames[packet.kind];
		frames.push(mark, packet.time);
		return frames.end - 1;
	}

	#bound(time: Millis): void {
		while (this.#bytes > BACKLOG_BYTES) this.#dropFirst();
		this.#dropOlderThan(time - BACKLOG_MS);
		for (let first = this.#items.at(0); first && this.#isForgotten(first); first = this.#items.at(0)) this.#dropFirst();
	}

	/** The window of a very dense track may be shorter than the backlog. */
	#isForgotten({ packet, index }: Waiting): boolean {
		return index !== undefined && index < this.#frames[packet.kind as FrameKind].start;
	}

	#dropOlderThan(limit: Millis): void {
		for (let first = this.#items.at(0); first && first.packet.time < limit; first = this.#items.at(0))
			this.#dropFirst();
	}

	#dropFirst(): void {
		const first = this.#items.shift();
		if (!first) return;
		this.#bytes -= cost(first.packet);
		if (first.index !== undefined) this.#frames[first.packet.kind as FrameKind].dropBefore(first.index + 1);
	}
}

const cost = (packet: MediaPacket): number => packet.payload.length + ENTRY_BYTES;
