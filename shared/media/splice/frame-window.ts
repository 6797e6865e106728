import type { Millis } from "#shared/base/clock";

/** 5 s of a usual video track; most windows grow twice. */
const FIRST_ROOM = 256;

/** 20 s of 200 frames a second (audio in frames of 5 ms); a track with more keeps a shorter time. 64 KB a window. */
const MAX_FRAMES = 4096;

/**
 * Two feeds' times of one frame, brought to one zero, differ by no more: each may be rounded twice on its way.
 * It stays under half of an AAC frame, so that equal frames in a row are told apart.
 */
export const SAME_TIME_MS = 8;

/**
 * The newest frames of one track as fingerprint and time, by their number in the track.
 * It keeps `keepMs` and up to twice that, in flat memory.
 */
export class FrameWindow {
	readonly #keepMs: Millis;
	#marks = new Float64Array(FIRST_ROOM);
	#times = new Float64Array(FIRST_ROOM);
	#start = 0;
	#end = 0;

	constructor(keepMs: Millis) {
		this.#keepMs = keepMs;
	}

	/** The oldest frame's number. */
	get start(): number {
		return this.#start;
	}

	/** The number the next frame will have. */
	get end(): number {
		return this.#end;
	}

	get size(): number {
		return this.#end - this.#start;
	}

	/** Of the oldest frame; NaN in an empty window. */
	get firstTime(): Millis {
		return this.time(this.#start);
	}

	/** Of the newest frame; NaN in an empty window. */
	get lastTime(): Millis {
		return this.time(this.#end - 1);
	}

	push(mark: number, time: Millis): void {
		if (this.size === this.#marks.length) this.#makeRoom(time);
		const slot = this.#slot(this.#end++);
		this.#marks[slot] = mark;
		this.#times[slot] = time;
	}

	mark(index: number): number {
		return (this.#holds(index) ? this.#marks[this.#slot(index)] : undefined) ?? Number.NaN;
	}

	time(index: number): Millis {
		return (this.#holds(index) ? this.#times[this.#slot(index)] : undefined) ?? Number.NaN;
	}

	/** Whether frame `index` is this one; only the time tells equal frames in a row apart. */
	agrees(index: number, mark: number, time: Millis): boolean {
		return this.mark(index) === mark && Math.abs(this.time(index) - time) <= SAME_TIME_MS;
	}

	/** The number of the frame with this fingerprint, if there is exactly one. */
	only(mark: number): number | undefined {
		const last = this.lastOf(mark);
		if (last === undefined) return undefined;
		const mask = this.#marks.length - 1;
		for (let index = this.#start; index < last; index++) {
			if (this.#marks[index & mask] === mark) return undefined;
		}
		return last;
	}

	/** The number of the newest frame with this fingerprint. */
	lastOf(mark: number): number | undefined {
		const mask = this.#marks.length - 1;
		for (let index = this.#end - 1; index >= this.#start; index--) {
			if (this.#marks[index & mask] === mark) return index;
		}
		return undefined;
	}

	/** The number of the newest frame which has this fingerprint and this time. */
	lastAt(mark: number, time: Millis): number | undefined {
		const mask = this.#marks.length - 1;
		for (let index = this.#end - 1; index >= this.#start; index--) {
			if (this.#marks[index & mask] === mark && this.agrees(index, mark, time)) return index;
		}
		return undefined;
	}

	/** Forgets what is older than frame `index`. */
	dropBefore(index: number): void {
		this.#start = Math.max(this.#start, Math.min(index, this.#end));
	}

	#holds(index: number): boolean {
		return index >= this.#start && index < this.#end;
	}

	/** The room is a power of two. */
	#slot(index: number): number {
		return index & (this.#marks.length - 1);
	}

	#makeRoom(time: Millis): void {
		const room = this.#marks.length;
		if (room === MAX_FRAMES || time - this.firstTime > this.#keepMs) {
			this.#start++;
			return;
		}
		const [marks, times] = [new Float64Array(room * 2), new Float64Array(room * 2)];
		for (let index = this.#start; index < this.#end; index++) {
			marks[index & (room * 2 - 1)] = this.mark(index);
			times[index & (room * 2 - 1)] = this.time(index);
		}
		this.#marks = marks;
		this.#times = times;
	}
}

/** The two kinds of track that are frames; data packets are no sequence. */
export type FrameKind = "audio" | "video";
/** Both kinds, the better known first: video frames are rarely equal. */
export const FRAME_KINDS: readonly FrameKind[] = ["video", "audio"];
/** A frame's length where two frames are not there to tell. */
export const USUAL_FRAME_MS: Readonly<Record<FrameKind, Millis>> = { audio: 23, video: 40 };
/** A window for each kind. */
export type FrameWindows = Readonly<Record<FrameKind, FrameWindow>>;

/** A pair of empty windows. */
export const frameWindows = (keepMs: Millis): FrameWindows => ({
	audio: new FrameWindow(keepMs),
	video: new FrameWindow(keepMs),
});

/** Video that has paused for so long, such as a camera switched off, guides nobody. */
const PAUSED_MS = 12_000;

/** The kind of track by which losses are counted and joins are made: video where there is any. */
export function guideOf({ audio, video }: FrameWindows): FrameKind {
	return video.size > 0 && !(audio.lastTime - video.lastTime > PAUSED_MS) ? "video" : "audio";
}
