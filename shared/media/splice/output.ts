import type { Millis } from "#shared/base/clock";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";
import { type HeaderSet, Headers } from "#shared/media/headers";
import { Asides, type Pass } from "./asides.ts";
import { FRAME_KINDS, type FrameKind, type FrameWindows, frameWindows, USUAL_FRAME_MS } from "./frame-window.ts";

/** Recognises a feed that begins with a 10 s group of pictures and is 10 s behind. */
const WINDOW_MS = 20_000;

/** Packets that are not frames and lie this far behind the newest frame were delivered, or their moment is over. */
const LATE_ASIDE_MS = 1000;

/** So many steps are looked at to tell a track's frame length. */
const FRAME_STEPS = 8;

/** The one sequence of packets that comes out: what was delivered, and on which timeline. */
export class Output {
	/** Delivered frames. */
	readonly frames: FrameWindows = frameWindows(WINDOW_MS);
	/** Metadata and codec headers in force. */
	readonly headers = new Headers();
	readonly #deliver: (packet: MediaPacket) => void;
	readonly #asides = new Asides();
	readonly #lastTimes: Record<TrackKind, Millis> = { audio: 0, video: 0, data: 0 };
	#oldest: Millis | undefined;
	#newest: Millis | undefined;
	#deliveredAt: Millis | undefined;

	constructor(deliver: (packet: MediaPacket) => void) {
		this.#deliver = deliver;
	}

	/** Time of the newest frame, whatever its track. */
	get newest(): Millis | undefined {
		return this.#newest;
	}

	/** Wall time without a frame. */
	silence(now: Millis): Millis {
		return this.#deliveredAt === undefined ? 0 : now - this.#deliveredAt;
	}

	/** Forgets which frames were delivered: they are about to come again as new ones. */
	forgetFrames(): void {
		for (const kind of FRAME_KINDS) this.frames[kind].dropBefore(this.frames[kind].end);
	}

	/** Delivers the next frame of its track. It counts as delivered even where handing it on fails: it is not tried again. */
	frame(packet: MediaPacket, mark: number, time: Millis, now: Millis): void {
		const kind = packet.kind as FrameKind;
		const at = Math.max(time, this.#lastTimes[kind]);
		this.frames[kind].push(mark, at);
		this.#oldest ??= at;
		if (this.#newest === undefined || at > this.#newest) this.#newest = at;
		this.#deliveredAt = now;
		this.#write(packet, at);
	}

	/** Delivers data or a changed codec header unless it is a copy or its moment is over. */
	aside(packet: MediaPacket, mark: number, time: Millis, pass: Pass, mayBeLate: boolean): void {
		if (this.headers.knows(packet)) return;
		if (this.#asides.isCopy(mark, time, pass)) return;
		const [oldest = time, newest = time] = [this.#oldest, this.#newest];
		const isLate = time < Math.max(oldest, newest - LATE_ASIDE_MS);
		if (isLate && !mayBeLate) return;
		// Some servers give metadata the time 0 at any moment.
		this.#write(packet, isLate ? newest : time);
		this.#asides.add(mark, time, pass);
		this.headers.note(packet);
	}

	/** Delivers those headers that are not in force, at `time`. */
	open(headers: HeaderSet, time: Millis): void {
		for (const packet of headers) if (this.headers.note(packet)) this.#write(packet, time);
	}

	/** The number of a frame whose place only its time tells; undefined where it is older than the output and not in it. */
	place(kind: FrameKind, mark: number, time: Millis): number | undefined {
		const known = this.frames[kind];
		return known.lastAt(mark, time) ?? (known.size === 0 || time > known.lastTime ? known.end : undefined);
	}

	/** How long a track's frames are at present. */
	frameMs(kind: FrameKind): Millis {
		const steps: Millis[] = [];
		const { start, end } = this.frames[kind];
		for (let index = Math.max(start + 1, end - FRAME_STEPS); index < end; index++) {
			const step = this.frames[kind].time(index) - this.frames[kind].time(index - 1);
			if (step > 0) steps.push(step);
		}
		return steps.sort((a, b) => a - b)[steps.length >> 1] ?? USUAL_FRAME_MS[kind];
	}

	/** Whatever comes in, a track's times never fall, nor below zero: no wire form has bytes for that. */
	#write(packet: MediaPacket, time: Millis): void {
		const { kind } = packet;
		const at = Math.max(time, this.#lastTimes[kind]);
		this.#lastTimes[kind] = at;
		this.#deliver(at === packet.time ? packet : { ...packet, time: at });
	}
}
