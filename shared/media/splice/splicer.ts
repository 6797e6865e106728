import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import type { Alignment } from "./align.ts";
import { type Feed, type FeedFailure, type FeedOwner, type Place, SplicedFeed } from "./feed.ts";
import { fingerprint } from "./fingerprint.ts";
import type { FrameKind } from "./frame-window.ts";
import { Lead, type SwitchCause, type SwitchEvent } from "./lead.ts";
import { Output } from "./output.ts";
import { type Candidate, recogniseCold, recogniseHot } from "./recognise.ts";
import { type ResumeToken, resumeTokenOf } from "./resume.ts";
import { isPresent, replacement, type Takeover } from "./takeover.ts";

/** Longer than two feeds of one encoder need to meet; past it a feed is looked at less often and keeps less. */
const PROBE_MS = 12_000;
/** A feed that is level with the output is recognised within so many packets; after them one in 4 is tried. */
const TRY_ALL = 100;
const TRY_PROBING = 4;
/** Of an unrelated feed's packets one in so many is tried. */
const TRY_UNRELATED = 16;

/** Two feeds' times of one frame may differ by this much before the offset follows. */
const DRIFT_MS = 2;

/** Two feeds that fail within so long fail by what they bring, not by how they bring it. */
const FAILS_AGAIN_MS = 10_000;

/** What a splicer is made of. All callbacks are called from inside `push` or `close` of a feed. */
export type SplicerOptions = {
	/** Takes the output, packet by packet; `from` is the same object for all that one feed brings. */
	readonly deliver: (packet: MediaPacket, from: object) => void;
	/** Hears of a switch; where it is a discontinuity, before its first packet. */
	readonly onSwitch?: (event: SwitchEvent) => void;
	/**
	 * What is delivered from here on does not continue what was: it is another encoder's, or an encoder's that began anew,
	 * on a timeline moved to fit. Called before its first packet, codec headers included.
	 */
	readonly onDiscontinuity?: () => void;
};

/**
 * Joins the feeds of one stream into one sequence of packets in which every frame is once.
 *
 * A frame's place is its number in its track. What an aligned feed brings is a copy if its number is below the output's end,
 * which is verified by fingerprint and time, and the next frame if it is the end. Beyond the end it cannot be: a feed has no
 * holes, and it is aligned only where it overlaps the output. So whoever brings the next frame first delivers it.
 */
export class Splicer {
	readonly #output: Output;
	readonly #feeds = new Set<SplicedFeed>();
	readonly #lead: Lead;
	readonly #onDiscontinuity: () => void;
	readonly #owner: FeedOwner;
	/** Of the feed that led last; undefined before the first packet. */
	#offset: Millis | undefined;
	/** Whose packets are being delivered. */
	#bringing: object = this;
	#failedAt: Millis = Number.NEGATIVE_INFINITY;
	/** When the last leader was given up. */
	#leftAt: Millis = Number.NEGATIVE_INFINITY;

	constructor(options: SplicerOptions) {
		const deliver = (packet: MediaPacket): void => options.deliver(packet, this.#bringing);
		this.#output = new Output(deliver);
		this.#lead = new Lead(options.onSwitch ?? (() => {}));
		this.#onDiscontinuity = options.onDiscontinuity ?? (() => {});
		this.#owner = {
			pushed: (feed, packet, now) => this.#pushed(feed, packet, now),
			closed: (feed, now) => this.#closed(feed, now),
			isLeader: (feed) => this.#lead.feed === feed,
		};
	}

	/**
	 * A new upstream is about to send; `feedId` is how switches name it. The caller closes the feed. Where something throws on
	 * the way of its packets, `deliver` included, it is closed already when `onFailed` is called; without one it throws.
	 */
	open(feedId: string, onFailed?: (failure: FeedFailure) => void): Feed {
		const feed = new SplicedFeed(feedId, this.#owner, onFailed);
		this.#feeds.add(feed);
		return feed;
	}

	/** Names the last delivered frames, for the `play` of a cold switch; undefined before the first frame. */
	resumeToken(): ResumeToken | undefined {
		return resumeTokenOf(this.#output.frames);
	}

	#pushed(feed: SplicedFeed, packet: MediaPacket, now: Millis): void {
		try {
			this.#take(feed, packet, now);
		} catch (error) {
			this.#fail(feed, error, now);
		}
	}

	#take(feed: SplicedFeed, packet: MediaPacket, now: Millis): void {
		feed.lastPushAt = now;
		if (this.#offset === undefined) this.#begin(feed);
		if (feed.headers.knows(packet)) return;
		feed.headers.note(packet);
		if (packet.kind === "video") feed.hasVideo = true;
		this.#route(feed, feed.clock.place(packet), fingerprint(packet.payload), now);
	}

	#fail(feed: SplicedFeed, error: unknown, now: Millis): void {
		const isRepeated = now - this.#failedAt < FAILS_AGAIN_MS;
		this.#failedAt = now;
		feed.close(now);
		feed.onFailed({ error, isRepeated });
	}

	/** The first feed to send anything is the output, times and all. */
	#begin(feed: SplicedFeed): void {
		this.#offset = 0;
		feed.settle(0, { audio: 0, video: 0 });
		this.#lead.take(feed, { gapMs: 0, framesLost: 0 });
	}

	#route(feed: SplicedFeed, packet: MediaPacket, mark: number, now: Millis): void {
		this.#bringing = feed;
		const place = feed.place;
		if (!place) this.#hear(feed, packet, mark, now);
		else if (packet.kind === "data" || packet.role === "header") this.#aside(feed, place, packet, mark);
		else this.#frame(feed, place, packet, mark, now);
	}

	#aside(feed: SplicedFeed, place: Place, packet: MediaPacket, mark: number): void {
		const isLeader = this.#lead.feed === feed;
		if (place.alone) feed.backlog.add(packet, mark, feed.headers.current);
		this.#output.aside(packet, mark, packet.time + place.offset, place.pass, isLeader);
	}

	#frame(feed: SplicedFeed, place: Place, packet: MediaPacket, mark: number, now: Millis): void {
		const kind = packet.kind as FrameKind;
		const known = this.#output.frames[kind];
		const time = packet.time + place.offset;
		place.time = time;
		const at = place.next[kind] ?? this.#output.place(kind, mark, time);
		if (at === undefined) return;
		if (at >= known.end) {
			place.next[kind] = at + 1;
			this.#bring(feed, place.offset, now);
			this.#output.frame(packet, mark, time, now);
		} else if (at < known.start || known.agrees(at, mark, time)) {
			place.next[kind] = at + 1;
			const drift = known.time(at) - time;
			if (Math.abs(drift) > DRIFT_MS) place.offset += Math.sign(drift);
			if (this.#lead.feed) place.lagMs = (this.#output.newest ?? time) - time;
			else this.#doubt(feed, place, packet, mark, now);
		} else {
			// The feed left frames out, or changed under way.
			this.#giveUp(feed, "slower", now);
			feed.lose();
			feed.isMisfit = feed.isMerging;
			this.#hear(feed, packet, mark, now);
		}
	}

	/**
	 * A late copy, as long as somebody is ahead. Nobody is: then its frames are kept, and it goes on from them as new
	 * once it is clear that it has nothing else.
	 */
	#doubt(feed: SplicedFeed, place: Place, packet: MediaPacket, mark: number, now: Millis): void {
		feed.backlog.add(packet, mark, feed.headers.current);
		place.alone ??= { since: now, from: packet.time };
		const { since, from } = place.alone;
		if (!isPresent({ heardMs: now - since, mediaMs: packet.time - from, lagMs: this.#longestLag() })) return;
		const takeover = replacement(feed.backlog, this.#output, feed.hasVideo);
		if (!takeover) return;
		this.#output.forgetFrames();
		this.#takeOver(feed, takeover, now);
	}

	#bring(feed: SplicedFeed, offset: Millis, now: Millis): void {
		if (!this.#lead.feed) for (const other of this.#feeds) other.trust();
		this.#lead.bring(feed, this.#output.silence(now), now);
		if (this.#lead.feed === feed) this.#offset = offset;
	}

	/** Takes a packet of a feed that has no place, and looks whether it can have one now. */
	#hear(feed: SplicedFeed, packet: MediaPacket, mark: number, now: Millis): void {
		feed.probingSince ??= now;
		feed.heard++;
		feed.backlog.add(packet, mark, feed.headers.current);
		if (!this.#isCarried()) {
			this.#goOnWith(feed, true, now);
			return;
		}
		if (now - feed.probingSince > PROBE_MS) feed.isUnrelated = true;
		if (feed.isUnrelated) feed.backlog.keepNewestGroup(feed.hasVideo);
		const every = feed.isUnrelated ? TRY_UNRELATED : TRY_PROBING;
		if (feed.heard > TRY_ALL) feed.isMisfit = false;
		if (feed.isMisfit || (feed.heard > TRY_ALL && feed.heard % every !== 0)) return;
		const alignment = recogniseHot(this.#candidate(feed, now), this.#output);
		if (alignment) this.#merge(feed, alignment, now);
	}

	/** Whether some aligned feed can be expected to bring the next frame. */
	#isCarried(): boolean {
		for (const feed of this.#feeds) if (feed.place) return true;
		return false;
	}

	#candidate(feed: SplicedFeed, now: Millis): Candidate {
		const { backlog, hasVideo, isUnrelated, isMisfit } = feed;
		const hints = [this.#offset, feed.formerOffset].filter((offset) => offset !== undefined);
		return { backlog, hasVideo, isUnrelated, isMisfit, heardMs: now - (feed.probingSince ?? now), hints };
	}

	#closed(feed: SplicedFeed, now: Millis): void {
		this.#feeds.delete(feed);
		this.#giveUp(feed, "closed", now);
		this.#goOn(now);
	}

	/** Where no aligned feed is left: the first that has the output's next frames goes on, else the first that can at all. */
	#goOn(now: Millis): void {
		for (const mayReplace of [false, true]) {
			for (const feed of this.#feeds) {
				if (this.#isCarried()) return;
				if (feed.heard > 0) this.#tryToGoOn(feed, mayReplace, now);
			}
		}
	}

	#tryToGoOn(feed: SplicedFeed, mayReplace: boolean, now: Millis): void {
		try {
			this.#goOnWith(feed, mayReplace, now);
		} catch (error) {
			this.#fail(feed, error, now);
		}
	}

	#goOnWith(feed: SplicedFeed, mayReplace: boolean, now: Millis): void {
		const found = recogniseCold(this.#candidate(feed, now), this.#output, this.#output.silence(now), mayReplace);
		if (!found) return;
		if ("alignment" in found) this.#merge(feed, found.alignment, now);
		else this.#takeOver(feed, found.takeover, now);
	}

	/** Gives the feed its place in the output and delivers what of it the output does not have yet. */
	#merge(feed: SplicedFeed, { offset, shift }: Alignment, now: Millis): void {
		const next = (kind: FrameKind): number | undefined => {
			const first = feed.backlog.firstIndex(kind);
			return first === undefined || shift[kind] === undefined ? undefined : first + shift[kind];
		};
		const place = feed.settle(offset, { audio: next("audio"), video: next("video") });
		const items = feed.backlog.take();
		// While another one led, what this one brought was late: only what came since then speaks for it.
		const since = feed.probingSince ?? now;
		if (!this.#lead.feed && since >= this.#leftAt) place.alone = { since, from: items[0]?.packet.time ?? 0 };
		feed.isMerging = true;
		try {
			for (const { packet, mark } of items) this.#route(feed, packet, mark, now);
		} finally {
			feed.isMerging = false;
		}
	}

	/** Goes on with a feed that has no frame in common with the output; all others must be recognised anew. */
	#takeOver(feed: SplicedFeed, { items, offset, framesLost, discontinuity }: Takeover, now: Millis): void {
		for (const other of this.#feeds) if (other.place) other.lose();
		feed.backlog.take();
		feed.settle(offset, { audio: undefined, video: undefined });
		feed.isMisfit = false;
		this.#offset = offset;
		this.#lead.take(feed, { gapMs: this.#output.silence(now), framesLost, discontinuity });
		if (discontinuity) this.#onDiscontinuity();
		const [first] = items;
		this.#bringing = feed;
		if (first) this.#output.open(first.headers, first.packet.time + offset);
		for (const { packet, mark } of items) this.#route(feed, packet, mark, now);
	}

	#giveUp(feed: SplicedFeed, cause: SwitchCause, now: Millis): void {
		if (this.#lead.feed !== feed) return;
		this.#leftAt = now;
		this.#lead.lose(feed, cause);
		const { newest } = this.#output;
		for (const { place } of this.#feeds) {
			if (place?.time !== undefined && newest !== undefined) place.lagMs = newest - place.time;
		}
	}

	/** For so long some feed may bring copies before it brings what is new. */
	#longestLag(): Millis {
		let longest = 0;
		for (const { place } of this.#feeds) longest = Math.max(longest, place?.lagMs ?? 0);
		return longest;
	}
}
