import type { Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import { Headers } from "#shared/media/headers";
import type { Pass } from "./asides.ts";
import { Backlog } from "./backlog.ts";
import { FeedClock } from "./feed-clock.ts";
import type { FrameKind } from "./frame-window.ts";

/**
 * `probing` not recognised yet · `aligned` carries the output's frames, copies are dropped ·
 * `leading` aligned, and it is the one that brings them first · `unrelated` carries other frames: a candidate only.
 */
export type FeedState = "probing" | "aligned" | "leading" | "unrelated";

/** One upstream's packets on their way into a splicer; made by `Splicer.open`, ended by `close`. */
export interface Feed {
	readonly id: string;
	readonly state: FeedState;
	/** Takes the upstream's next packet, codec headers and metadata included. Does nothing after `close`. */
	push(packet: MediaPacket, now: Millis): void;
	/** The upstream is gone; the best other feed goes on. Calling it again does nothing. */
	close(now: Millis): void;
}

/** Where an aligned feed is in the output. */
export type Place = {
	/** The feed's times plus this are the output's; follows the output where rounding makes them drift apart. */
	offset: Millis;
	/** The number in the output of the feed's next frame of a track; undefined until a frame's time tells. */
	readonly next: Record<FrameKind, number | undefined>;
	readonly pass: Pass;
	/** Of the newest frame it brought, as the output counts. */
	time: Millis | undefined;
	/** How far it was behind while another feed led: it may bring copies for so long when it is left alone. */
	lagMs: Millis;
	/** Since when, and from which time on, it has brought only copies while nobody led. */
	alone: { readonly since: Millis; readonly from: Millis } | undefined;
};

/** Why a feed was ended by its splicer: something threw on the way of its packets. */
export type FeedFailure = {
	readonly error: unknown;
	/** Another feed of the stream failed a moment ago: it is not the feed's fault. */
	readonly isRepeated: boolean;
};

/** What a feed asks of its splicer. */
export type FeedOwner = {
	pushed(feed: SplicedFeed, packet: MediaPacket, now: Millis): void;
	closed(feed: SplicedFeed, now: Millis): void;
	isLeader(feed: SplicedFeed): boolean;
};

/** A feed as its splicer sees it. */
export class SplicedFeed implements Feed {
	readonly id: string;
	/** In force in this feed, which may be behind the output. */
	readonly headers = new Headers();
	/** The times it counts in, as far as the splicer sees them. */
	readonly clock = new FeedClock();
	/** Filled while there is no place, and while the place is in doubt. */
	readonly backlog = new Backlog();
	place: Place | undefined;
	/** Of the former place: siblings keep theirs over a hole. */
	formerOffset: Millis | undefined;
	/** When it first sent something without having a place. */
	probingSince: Millis | undefined;
	isUnrelated = false;
	/** Its own frames spoke against the place it was given: no other is looked for at once. */
	isMisfit = false;
	/** What was heard before it had a place is being passed on. */
	isMerging = false;
	/** Counts what it sent since it lost its place. */
	heard = 0;
	hasVideo = false;
	lastPushAt: Millis = Number.NEGATIVE_INFINITY;
	readonly onFailed: (failure: FeedFailure) => void;
	readonly #owner: FeedOwner;
	#isOpen = true;

	constructor(id: string, owner: FeedOwner, onFailed: (failure: FeedFailure) => void = rethrow) {
		this.id = id;
		this.onFailed = onFailed;
		this.#owner = owner;
	}

	get state(): FeedState {
		if (!this.place) return this.isUnrelated ? "unrelated" : "probing";
		return this.#owner.isLeader(this) ? "leading" : "aligned";
	}

	push(packet: MediaPacket, now: Millis): void {
		if (this.#isOpen) this.#owner.pushed(this, packet, now);
	}

	close(now: Millis): void {
		if (!this.#isOpen) return;
		this.#isOpen = false;
		this.#owner.closed(this, now);
	}

	/** Takes a place: from here on its frames have numbers in the output. */
	settle(offset: Millis, next: Place["next"]): Place {
		this.place = { offset, next, pass: {}, time: undefined, lagMs: 0, alone: undefined };
		return this.place;
	}

	/** It was no late copy after all, or somebody else leads: what was kept in doubt is given back. */
	trust(): void {
		if (!this.place?.alone) return;
		this.place.alone = undefined;
		this.backlog.take();
	}

	/** Forgets the place: what comes from here on must be recognised anew. */
	lose(): void {
		this.formerOffset = this.place?.offset ?? this.formerOffset;
		this.place = undefined;
		this.probingSince = undefined;
		this.isUnrelated = false;
		this.heard = 0;
	}
}

const rethrow = ({ error }: FeedFailure): never => {
	throw error;
};
