import type { Millis } from "#shared/base/clock";
import type { MediaPacket, SegmentMark, Ticks } from "#shared/formats/packet";
import { Groups } from "#shared/media/stream";
import { CodecHeaders } from "./codec-headers.ts";
import { beginsNext, type Segment, utcAt } from "./segment.ts";
import { firstNumber, TICKS_PER_MS, ticksOf } from "./ticks.ts";

/** An upstream that gave marks and gives none for so many times `segmentMs` has stopped to: begins are decided here. */
const MOST_UNMARKED_LENGTHS = 6;

/** Two timelines that say this of one frame say the same: each may have rounded it. */
const SAME_TICKS = 20 * TICKS_PER_MS;

/** What a timeline is made of. */
export type TimelineOptions = {
	/** A segment's length, at least: it ends with the first keyframe from there on. */
	readonly segmentMs: Millis;
	/** Milliseconds since 1970, UTC. */
	readonly utc: () => number;
};

/** Who brings a packet; the same object for all it brings. */
export type Bringer = object;

/**
 * Says where the segments of one stream begin, and what they are called: packets in, the same packets with marks out.
 * It decides by itself where nobody above has (`own`), and takes over what marks say that come with the packets.
 */
export class Timeline {
	readonly #options: TimelineOptions;
	readonly #groups = new Groups();
	readonly #headers = new CodecHeaders();
	/** Those whose marks agreed with this timeline: what they do not mark begins no segment. */
	readonly #agreeing = new WeakSet<Bringer>();
	#segment: Segment | undefined;
	/** What the newest segment's mark says. */
	#mark: SegmentMark | undefined;
	/** Added to what marks say, where another encoder's stream goes on behind this one's. */
	#moved = { number: 0, ticks: 0 };
	/** What comes does not continue what was. */
	#isBroken = false;
	/** Media to wait through before begins are decided here, and since when. */
	#wait: { readonly mostMs: Millis; from: Millis | undefined } | undefined;

	constructor(options: TimelineOptions) {
		this.#options = options;
	}

	/** The mark given last. */
	get newest(): SegmentMark | undefined {
		return this.#mark;
	}

	/** Somebody above may own the timeline: nothing is begun here without a mark before `own`, or so much media. */
	wait(mostMs: Millis): void {
		this.#wait = { mostMs, from: undefined };
	}

	/** Nobody above owns the timeline: it is this node's. */
	own(): void {
		this.#wait = undefined;
	}

	/** What follows does not continue what was: the next segment begins where it can be decoded. */
	discontinuity(): void {
		this.#isBroken = true;
	}

	/** The stream's next packet as it is to be handed on. */
	take(packet: MediaPacket, bringer: Bringer): MediaPacket {
		const startsGroup = this.#groups.startsWith(packet);
		if (packet.role !== "keyframe" && packet.role !== "frame") {
			if (this.#headers.isNews(packet) && this.#segment) this.#headers.hasChanged = true;
			return packet;
		}
		return packet.mark || packet.place
			? this.#hear(packet, startsGroup, bringer)
			: this.#decide(packet, startsGroup, bringer);
	}

	/** A frame nobody above says anything about. */
	#decide(frame: MediaPacket, startsGroup: boolean, bringer: Bringer): MediaPacket {
		const segment = this.#segment;
		if (this.#waits(frame)) return frame;
		if (!segment || this.#isBroken) return startsGroup ? this.#anew(frame, segment) : frame;
		const { segmentMs } = this.#options;
		const isTold = this.#agreeing.has(bringer) && frame.time - segment.time < segmentMs * MOST_UNMARKED_LENGTHS;
		if (isTold) return frame;
		const isChanged = startsGroup && this.#headers.hasChanged;
		if (isChanged || beginsNext(frame, startsGroup, segment, segmentMs)) {
			return this.#begin(frame, segment.number + 1, utcAt(segment, frame.time), isChanged);
		}
		return startsGroup && frame.role === "keyframe" ? placed(frame, segment) : frame;
	}

	#waits({ time }: MediaPacket): boolean {
		if (!this.#wait) return false;
		this.#wait.from ??= time;
		if (time - this.#wait.from >= this.#wait.mostMs) this.#wait = undefined;
		return this.#wait !== undefined;
	}

	/** Begins at the present of the calendar, but never before the end of what was. */
	#anew(frame: MediaPacket, former: Segment | undefined): MediaPacket {
		const now = ticksOf(this.#options.utc());
		if (!former) return this.#begin(frame, firstNumber(now), now, false);
		return this.#begin(frame, former.number + 1, Math.max(now, utcAt(former, frame.time)), true);
	}

	/** A frame about which somebody above says where it lies. */
	#hear(frame: MediaPacket, startsGroup: boolean, bringer: Bringer): MediaPacket {
		this.#wait = undefined;
		const said = saidOf(frame);
		const { mark } = frame;
		const segment = this.#segment;
		if (!segment) {
			this.#agreeing.add(bringer);
			if (mark) return this.#begin(frame, said.number, said.at, mark.discontinuity);
			this.#segment = { ...said, time: frame.time - (said.at - said.begin) / TICKS_PER_MS, isIndependent: true };
			return frame;
		}
		if (this.#isBroken) return this.#goOnBehind(segment, frame, said, bringer);
		const fits = this.#fitting(segment, frame, said);
		if (!fits) {
			this.#agreeing.delete(bringer);
			return this.#decide(bare(frame), startsGroup, bringer);
		}
		this.#agreeing.add(bringer);
		this.#moved = fits;
		if (mark) return this.#begin(frame, said.number + fits.number, said.at + fits.ticks, mark.discontinuity);
		return placed(frame, segment);
	}

	/** How what is said has to be moved to fit this timeline; undefined where it does not fit. */
	#fitting(segment: Segment, frame: MediaPacket, said: Said): Moved | undefined {
		const end = utcAt(segment, frame.time);
		const fitting = [this.#moved, UNMOVED].filter(({ number, ticks }) => {
			const [place, at] = [said.number + number, said.at + ticks];
			if (!said.isBegin) return place >= segment.number && isSame(at, end);
			// Whoever owns the timeline begins anew at times, and whoever sends it may have left segments out.
			return place > segment.number && at > segment.begin && (said.isDiscontinuity || isSame(at, end));
		});
		return fitting.find(({ number }) => said.number + number === segment.number + 1) ?? fitting[0];
	}

	/** The first packet of what does not continue what was, with what is said of it. */
	#goOnBehind(former: Segment, frame: MediaPacket, said: Said, bringer: Bringer): MediaPacket {
		const end = utcAt(former, frame.time);
		const isOwn = !this.#headers.hasChanged && this.#isPlausible(former, said, end);
		// In the middle of the segment it is in: the next mark tells how it goes on.
		if (isOwn && said.number === former.number) return bare(frame);
		const number = isOwn ? said.number : former.number + 1;
		const begin = said.at > former.begin + SAME_TICKS ? said.at : end;
		this.#agreeing.add(bringer);
		this.#moved = { number: number - said.number, ticks: begin - said.at };
		return this.#begin(frame, number, begin, true);
	}

	/** Whether it may be this very timeline, some segments on: there is room for them in the time that is missing. */
	#isPlausible(former: Segment, said: Said, end: Ticks): boolean {
		const steps = said.number - former.number;
		const missing = said.at - end;
		if (steps <= 0) return steps === 0 && !said.isBegin && said.begin === former.begin;
		return missing >= (steps - 1) * this.#options.segmentMs * TICKS_PER_MS - SAME_TICKS;
	}

	#begin(frame: MediaPacket, number: number, begin: Ticks, discontinuity: boolean): MediaPacket {
		const isIndependent = frame.role === "keyframe" || !this.#groups.hasVideo;
		this.#segment = { number, begin, time: frame.time, isIndependent };
		this.#isBroken = false;
		this.#headers.hasChanged = false;
		this.#mark = { number, begin, discontinuity };
		return { ...bare(frame), mark: this.#mark };
	}
}

type Moved = { readonly number: number; readonly ticks: number };
const UNMOVED: Moved = { number: 0, ticks: 0 };

/** What comes with a packet: of a mark, or of a place. */
type Said = {
	readonly number: number;
	readonly begin: Ticks;
	readonly at: Ticks;
	readonly isBegin: boolean;
	readonly isDiscontinuity: boolean;
};

function saidOf({ mark, place }: MediaPacket): Said {
	if (mark) return { ...mark, at: mark.begin, isBegin: true, isDiscontinuity: mark.discontinuity };
	const { number = 0, begin = 0, at = 0 } = place ?? {};
	return { number, begin, at, isBegin: false, isDiscontinuity: false };
}

const isSame = (one: Ticks, other: Ticks): boolean => Math.abs(one - other) <= SAME_TICKS;

function bare(packet: MediaPacket): MediaPacket {
	if (!packet.mark && !packet.place) return packet;
	const { mark: _mark, place: _place, ...rest } = packet;
	return rest;
}

function placed(frame: MediaPacket, segment: Segment): MediaPacket {
	const { number, begin } = segment;
	return { ...bare(frame), place: { number, begin, at: utcAt(segment, frame.time) } };
}
