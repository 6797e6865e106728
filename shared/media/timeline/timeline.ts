import type { Millis } from "#shared/base/clock";
import type { MediaPacket, SegmentMark, Ticks } from "#shared/formats/packet";
import { fingerprint } from "#shared/media/splice";
import { Groups } from "#shared/media/stream";
import { meet, segmentAt, segmentOf, type TimelineAccount, TOLD, type ToldSegment } from "./account.ts";
import { CodecHeaders } from "./codec-headers.ts";
import { bare, type Moved, type Said, saidOf, UNMOVED } from "./said.ts";
import { beginsNext, type Segment, utcAt } from "./segment.ts";
import { Starts } from "./starts.ts";
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
	#segmentMs: Millis;
	readonly #starts = new Starts();
	#segments: ToldSegment[] = [];
	/** The segment under way is another node's account of it: the times before it may not lead up to the next. */
	#isMoved = false;
	readonly #groups = new Groups();
	readonly #headers = new CodecHeaders();
	/** Those whose marks agreed with this timeline: what they do not mark begins no segment. */
	readonly #agreeing = new WeakSet<Bringer>();
	#segment: Segment | undefined;
	/** What the newest segment's mark says. */
	#mark: SegmentMark | undefined;
	/** Those that marks told of, and those of another node that names segments alike: both are to count the same. */
	#discontinuities = 0;
	/** Added to what marks say, where another encoder's stream goes on behind this one's. */
	#moved = UNMOVED;
	/** What comes does not continue what was. */
	#isBroken = false;
	/** Media to wait through before begins are decided here, and since when. */
	#wait: { readonly mostMs: Millis; from: Millis | undefined } | undefined;

	constructor(options: TimelineOptions) {
		this.#options = options;
		this.#segmentMs = options.segmentMs;
	}

	/** The mark given last. */
	get newest(): SegmentMark | undefined {
		return this.#mark;
	}

	/** Nothing is begun here at present: somebody else may own the timeline. */
	get isWaiting(): boolean {
		return this.#wait !== undefined;
	}

	/** What another node can recognise this timeline by; undefined before the first segment. */
	account(): TimelineAccount | undefined {
		const segment = this.#segment;
		if (!segment || this.#isBroken) return undefined;
		const isTold = this.#groups.hasVideo ? undefined : new Set(this.#segments.map(({ begin }) => begin));
		const starts = this.#starts.all.map((start) => ({
			fingerprint: start.fingerprint,
			at: utcAt(segment, start.time),
		}));
		return {
			segmentMs: this.#segmentMs,
			segments: this.#segments,
			starts: starts.filter(({ at }) => isTold?.has(at) ?? true).slice(-TOLD.starts),
		};
	}

	/**
	 * Hears what another node that gets the stream says of its timeline. Where it is the same encoder's, and this node has
	 * begun nothing yet or gives lower names to the same frames, that timeline is taken over. So of two that began
	 * at once both end up with the same one, and names never fall.
	 */
	agree(account: TimelineAccount): "agreed" | "kept" | "taken-over" | "unknown" {
		const meeting = meet(account, this.#starts.all);
		const theirs = meeting && segmentOf(account, meeting);
		if (!meeting || !theirs) return "unknown";
		const segment = this.#segment;
		const isBegun = segment !== undefined && this.#segments.length > 0 && !this.#isBroken;
		if (isBegun) {
			const common = this.#segments.findLast(({ number }) => account.segments.some((other) => other.number === number));
			const said = account.segments.find(({ number }) => number === common?.number);
			if (said && common?.begin === said.begin) {
				this.#discontinuities = Math.max(this.#discontinuities, said.discontinuities);
				return "agreed";
			}
			if (!this.#isBelow(account, meeting.at, utcAt(segment, meeting.time))) return "kept";
		}
		this.#segmentMs = account.segmentMs;
		this.#isMoved = this.#isBroken || (isBegun && !isSame(meeting.at, utcAt(segment, meeting.time)));
		this.#isBroken = false;
		this.#segment = this.#caughtUp(theirs);
		this.#discontinuities = Math.max(this.#discontinuities, account.segments.at(-1)?.discontinuities ?? 0);
		this.#wait = undefined;
		return "taken-over";
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
		this.#starts.forget();
	}

	/** The stream's next packet as it is to be handed on. */
	take(packet: MediaPacket, bringer: Bringer): MediaPacket {
		const startsGroup = this.#groups.startsWith(packet);
		if (startsGroup) this.#remember(packet);
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
		const segmentMs = this.#segmentMs;
		const isTold = this.#agreeing.has(bringer) && frame.time - segment.time < segmentMs * MOST_UNMARKED_LENGTHS;
		if (isTold) return frame;
		const isChanged = startsGroup && this.#headers.hasChanged;
		if (isChanged || beginsNext(frame, startsGroup, segment, segmentMs)) {
			return this.#next(frame, segment, isChanged);
		}
		return startsGroup && frame.role === "keyframe" ? this.#placed(frame, segment) : frame;
	}

	/** What was taken over from another node may lie behind what was begun here: names and begins wait until they are above. */
	#next(frame: MediaPacket, segment: Segment, isChanged: boolean): MediaPacket {
		const [number, begin] = [segment.number + 1, utcAt(segment, frame.time)];
		const last = this.#mark;
		if (last && (number <= last.number || begin <= last.begin)) {
			this.#segment = { number, begin, time: frame.time, isIndependent: frame.role === "keyframe" };
			return frame;
		}
		const discontinuities = this.#discontinuities + (isChanged ? 1 : 0);
		return this.#begin(frame, { number, begin, discontinuity: isChanged || this.#isMoved, discontinuities });
	}

	#remember(frame: MediaPacket): void {
		const cameAt = ticksOf(this.#options.utc());
		this.#starts.add({ fingerprint: fingerprint(frame.payload), time: frame.time, cameAt });
	}

	#isBelow(account: TimelineAccount, theirs: Ticks, ours: Ticks): boolean {
		const [said, own] = [segmentAt(account, theirs), this.#segments.findLast(({ begin }) => begin <= ours)];
		if (!said || !own) return false;
		if (said.number !== own.number) return said.number > own.number;
		return theirs > ours || (theirs === ours && said.begin > own.begin);
	}

	/** The segment that another node is in by now: it has begun others with the frames that came since. */
	#caughtUp(theirs: Segment): Segment {
		let segment = theirs;
		for (const { time } of this.#starts.all) {
			if (time - segment.time < this.#segmentMs) continue;
			segment = { number: segment.number + 1, begin: utcAt(segment, time), time, isIndependent: true };
		}
		return segment;
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
		return this.#begin(frame, {
			number: former ? former.number + 1 : firstNumber(now),
			begin: former ? Math.max(now, utcAt(former, frame.time)) : now,
			discontinuity: former !== undefined,
			discontinuities: this.#discontinuities + (former ? 1 : 0),
		});
	}

	/** A frame about which somebody above says where it lies. */
	#hear(frame: MediaPacket, startsGroup: boolean, bringer: Bringer): MediaPacket {
		this.#wait = undefined;
		const said = saidOf(frame);
		const { mark } = frame;
		const segment = this.#segment;
		if (!segment) {
			this.#agreeing.add(bringer);
			if (mark) return this.#begin(frame, mark);
			this.#discontinuities = said.discontinuities;
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
		if (!mark) return this.#placed(frame, segment);
		return this.#begin(frame, {
			number: said.number + fits.number,
			begin: said.at + fits.ticks,
			discontinuity: mark.discontinuity,
			discontinuities: said.discontinuities + fits.discontinuities,
		});
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
		// Behind a hole in this very timeline all count as those who miss nothing.
		const discontinuities = isOwn ? Math.max(this.#discontinuities, said.discontinuities) : this.#discontinuities + 1;
		this.#moved = {
			number: number - said.number,
			ticks: begin - said.at,
			discontinuities: discontinuities - said.discontinuities,
		};
		return this.#begin(frame, { number, begin, discontinuity: true, discontinuities });
	}

	/** Whether it may be this very timeline, some segments on: there is room for them in the time that is missing. */
	#isPlausible(former: Segment, said: Said, end: Ticks): boolean {
		const steps = said.number - former.number;
		const missing = said.at - end;
		if (steps <= 0) return steps === 0 && !said.isBegin && said.begin === former.begin;
		return missing >= (steps - 1) * this.#segmentMs * TICKS_PER_MS - SAME_TICKS;
	}

	#placed(frame: MediaPacket, segment: Segment): MediaPacket {
		const { number, begin } = segment;
		const at = utcAt(segment, frame.time);
		return { ...bare(frame), place: { number, begin, at, discontinuities: this.#discontinuities } };
	}

	#begin(frame: MediaPacket, mark: SegmentMark): MediaPacket {
		const { number, begin } = mark;
		const discontinuities = Math.max(this.#discontinuities, mark.discontinuities);
		const isIndependent = frame.role === "keyframe" || !this.#groups.hasVideo;
		this.#segment = { number, begin, time: frame.time, isIndependent };
		this.#isBroken = false;
		this.#isMoved = false;
		this.#segments = [...this.#segments.slice(1 - TOLD.segments), { number, begin, discontinuities }];
		this.#headers.hasChanged = false;
		this.#discontinuities = discontinuities;
		this.#mark = { ...mark, discontinuities };
		return { ...bare(frame), mark: this.#mark };
	}
}

const isSame = (one: Ticks, other: Ticks): boolean => Math.abs(one - other) <= SAME_TICKS;
