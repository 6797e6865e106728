import type { SegmentMark, Ticks } from "#shared/formats/packet";
import type { PackagedPart, PackagedSegment } from "./packaged.ts";
import type { TrackInit } from "./track-codec.ts";

/** One segment of a track while it grows and after; readers see it as `PackagedSegment`. */
export class Segment implements PackagedSegment {
	readonly number: number;
	readonly begin: Ticks;
	readonly discontinuity: boolean;
	readonly discontinuities: number;
	readonly init: TrackInit | undefined;
	readonly parts: PackagedPart[] = [];
	isWhole = false;
	/** Frames in it. */
	frames = 0;
	bytes = 0;
	#end: Ticks;

	constructor({ number, discontinuity, discontinuities }: SegmentMark, begin: Ticks, init: TrackInit | undefined) {
		this.number = number;
		this.begin = begin;
		this.#end = begin;
		this.discontinuity = discontinuity;
		this.discontinuities = discontinuities;
		this.init = init;
	}

	/** A time in which its track had nothing. */
	static empty(mark: SegmentMark, end: Ticks): Segment {
		const segment = new Segment(mark, mark.begin, undefined);
		segment.#end = Math.max(end, mark.begin);
		segment.isWhole = true;
		return segment;
	}

	get initId(): string {
		return this.init?.id ?? "";
	}

	get end(): Ticks {
		return this.#end;
	}

	get duration(): Ticks {
		return this.#end - this.begin;
	}

	add(part: PackagedPart, frames: number): void {
		this.parts.push(part);
		this.frames += frames;
		this.bytes += part.bytes.length;
		this.#end = part.begin + part.duration;
	}
}
