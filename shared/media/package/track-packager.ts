import type { Millis } from "#shared/base/clock";
import { encodeFragment } from "#shared/formats/cmaf";
import type { Frame } from "./frame.ts";
import { type Kind, PATIENCE_MS } from "./horizon.ts";
import type { Ladder, Rung } from "./ladder.ts";
import type { PackagedPart } from "./packaged.ts";
import { Placing } from "./placing.ts";
import { Segment } from "./segment.ts";
import { toTicks, unitsOf } from "./units.ts";

/** Parts of a segment that have a number of their own in `mfhd`: two minutes of half seconds. */
const SEQUENCES = 256;
/** Two frames of a video differ by so much in length, since times are rounded to milliseconds. */
const ROUNDING_MS: Millis = 1;

/** What a track needs to know of its stream. */
export type TrackOptions = {
	readonly ladder: Ladder;
	readonly partMs: Millis;
	/** Frames so long after their segment's begin are dropped: no mark will come. */
	readonly maxSegmentMs: Millis;
	/** Segments with nothing in them that are made up for, at most. */
	readonly windowSegments: number;
};

/** Frames of one track in the order of decoding in, segments and parts out. */
export class TrackPackager {
	readonly kind: Kind;
	readonly #options: TrackOptions;
	readonly #placing: Placing;
	readonly segments: Segment[] = [];
	#pending: Frame[] = [];
	#open: Frame[] = [];
	#rung: Rung | undefined;
	#segment: Segment | undefined;
	#pendingBytes = 0;
	/** Frames before the first segment's begin were seen. */
	#hasSeenEarlier = false;
	/** Changes of its init segment that no mark counted. */
	#uncounted = 0;
	/** Frames that are in no part: too late, of another codec than their segment, or too long after a mark. */
	dropped = 0;

	constructor(kind: Kind, options: TrackOptions) {
		this.kind = kind;
		this.#options = options;
		this.#placing = new Placing(options.ladder);
	}

	/** Bytes of frames that wait to become parts. */
	get pendingBytes(): number {
		return this.#pendingBytes;
	}

	/** Where the first frame that is not in a part yet lies, or undefined where there is none. */
	get oldest(): Millis | undefined {
		return (this.#open[0] ?? this.#pending[0])?.time;
	}

	/** False where the frame's segment is finished already. */
	push(frame: Frame): boolean {
		if (this.#rung && frame.time < this.#rung.time) {
			this.dropped++;
			return false;
		}
		this.#pending.push(frame);
		this.#pendingBytes += frame.body.length;
		return true;
	}

	/** Whether the frames from this time on are all here: a frame before it was seen, or the first is too near for one between. */
	isSureFrom(time: Millis): "yes" | "no" | "unknown" {
		if (this.#hasSeenEarlier) return "yes";
		const [first] = this.#pending;
		if (!first) return "unknown";
		if (first.time < time) return "yes";
		const frameMs = (first.nominal * 1000) / first.init.timescale;
		return first.time - time <= frameMs - ROUNDING_MS ? "yes" : "no";
	}

	/** Puts into parts what lies before `horizon`; whatever waits where `isLive` is false. */
	advance(horizon: Millis, isLive: boolean): void {
		let count = 0;
		for (; count < this.#pending.length; count++) {
			const frame = this.#pending[count];
			const next = this.#pending[count + 1];
			if (!frame || (next ? next.time > horizon : isLive)) break;
			this.#settle(frame, next);
		}
		if (count > 0) this.#pending.splice(0, count);
		const newest = this.#options.ladder.at(horizon);
		if (!isLive && newest && this.#rung && newest.time > this.#rung.time) this.#enter(newest);
	}

	/** Nothing more comes of the segment that is growing. */
	finish(): void {
		this.#closePart();
		if (this.#segment) this.#segment.isWhole = true;
	}

	/** Packets are missing: what waits is forgotten, and the segment that was growing stays as it is. */
	abandon(): void {
		this.#pending = [];
		this.#open = [];
		this.#pendingBytes = 0;
		this.#rung = undefined;
		this.#segment = undefined;
		this.#hasSeenEarlier = false;
		this.#placing.forget();
	}

	/** Forgets segments up to this number. */
	evictTo(number: number): void {
		const keep = this.segments.findIndex((segment) => segment.number > number);
		this.segments.splice(0, keep < 0 ? this.segments.length : keep);
	}

	#settle(frame: Frame, next: Frame | undefined): void {
		this.#pendingBytes -= frame.body.length;
		const rung = this.#options.ladder.at(frame.time);
		if (!rung) {
			this.#hasSeenEarlier = true;
			return;
		}
		if (rung !== this.#rung) this.#enter(rung);
		const init = this.#segment?.init ?? this.#open[0]?.init ?? frame.init;
		if (frame.init !== init || frame.time - rung.time > this.#options.maxSegmentMs) {
			this.dropped++;
			return;
		}
		this.#placing.place(frame, rung, next);
		this.#append(frame);
		if (next && this.#options.ladder.at(next.time) !== rung) this.finish();
		else if (!next || next.time - frame.time > PATIENCE_MS || this.#isFull(frame)) this.#closePart();
	}

	#append(frame: Frame): void {
		const [first] = this.#open;
		const begin = first?.position ?? 0;
		const limit = unitsOf(this.#options.partMs, frame.init.timescale);
		if (first && (frame.position ?? 0) + frame.duration - begin > limit) this.#closePart();
		this.#open.push(frame);
	}

	/** A further frame like this one would be too much: players need not wait until it is seen. */
	#isFull(frame: Frame): boolean {
		const { timescale } = frame.init;
		const begin = this.#open[0]?.position ?? 0;
		const next = frame.nominal || frame.duration - unitsOf(ROUNDING_MS, timescale);
		return (frame.position ?? 0) + frame.duration + next - begin > unitsOf(this.#options.partMs, timescale);
	}

	#enter(rung: Rung): void {
		this.finish();
		this.#rung = rung;
		this.#segment = undefined;
		const last = this.segments.at(-1);
		if (!last || rung.mark.number === last.number + 1) return;
		const missing = rung.mark.number - last.number - 1;
		if (missing < 0 || missing > this.#options.windowSegments) {
			this.segments.length = 0;
			return;
		}
		const each = Math.max(0, rung.mark.begin - last.end) / missing;
		for (let step = 0; step < missing; step++) {
			const number = last.number + 1 + step;
			const { discontinuities } = last;
			const guess = { number, begin: Math.round(last.end + step * each), discontinuity: false, discontinuities };
			const told = this.#options.ladder.numbered(number)?.mark;
			const mark = told ? { ...told, discontinuities: told.discontinuities + this.#uncounted } : guess;
			const end = this.#options.ladder.numbered(number + 1)?.mark.begin ?? mark.begin + Math.round(each);
			this.segments.push(Segment.empty(mark, end));
		}
	}

	#closePart(): void {
		const [first] = this.#open;
		const last = this.#open.at(-1);
		const rung = this.#rung;
		if (!first || !last || !rung) return;
		const { timescale } = first.init;
		const decodeTime = first.position ?? 0;
		const begin = toTicks(decodeTime, timescale);
		const end = toTicks((last.position ?? 0) + last.duration, timescale);
		this.#segment ??= this.#beginSegment(rung, begin, first);
		const index = this.#segment.parts.length;
		const part: PackagedPart = {
			index,
			begin,
			duration: end - begin,
			isIndependent: first.isSync,
			bytes: encodeFragment({
				kind: this.kind,
				sequence: rung.mark.number * SEQUENCES + index,
				decodeTime,
				utc: begin,
				samples: this.#open,
			}),
		};
		this.#segment.add(part, this.#open.length);
		this.#open = [];
	}

	#beginSegment({ mark }: Rung, begin: number, { init }: Frame): Segment {
		const former = this.segments.findLast((segment) => segment.init);
		const isChanged = former !== undefined && former.init?.id !== init.id;
		if (isChanged && mark.discontinuities + this.#uncounted === former.discontinuities) this.#uncounted++;
		const discontinuities = mark.discontinuities + this.#uncounted;
		const discontinuity = mark.discontinuity || isChanged;
		const segment = new Segment({ ...mark, discontinuity, discontinuities }, begin, init);
		this.segments.push(segment);
		return segment;
	}
}

/** A segment of a stream without keyframes is ended by its timeline at five times the length; beyond twice that nobody does. */
export const maxSegmentMs = (segmentMs: Millis): Millis => segmentMs * 10;
