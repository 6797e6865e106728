import type { Millis } from "#shared/base/clock";
import type { SplicedFeed } from "./feed.ts";

/** A feed leads when it has brought so many frames alone; with fewer, two equally quick feeds would swap all the time. */
const FRAMES_ALONE = 32;

/** A leader that still brings copies was overtaken; one that brought nothing for so long fell silent. */
const SILENT_MS = 250;

/** Why another feed brings the frames now: the former was closed, went silent, or still comes but later. */
export type SwitchCause = "closed" | "silent" | "slower";

/** One change of the feed that brings the frames. */
export type SwitchEvent = {
	readonly from: string;
	readonly to: string;
	readonly cause: SwitchCause;
	/** Wall time without a frame at the switch. */
	readonly gapMs: Millis;
	/** Video frames (audio frames where there is no video) that no feed brought; undefined where that cannot be known. */
	readonly framesLost: number | undefined;
	/** The frames are another encoder's from here on, on a timeline moved to fit; its codec headers come first where they differ. */
	readonly discontinuity: boolean;
};

/** Knows which feed leads. That is for people and metrics: whoever brings a frame first delivers it. */
export class Lead {
	readonly #onSwitch: (event: SwitchEvent) => void;
	#feed: SplicedFeed | undefined;
	/** Kept after its end, to tell a switch from a return. */
	#former: SplicedFeed | undefined;
	#lost: SwitchCause = "closed";
	#rival: SplicedFeed | undefined;
	#alone = 0;
	#gap: Millis = 0;

	constructor(onSwitch: (event: SwitchEvent) => void) {
		this.#onSwitch = onSwitch;
	}

	get feed(): SplicedFeed | undefined {
		return this.#feed;
	}

	/** A frame of `feed` is next, after `silence` without one; reports the switch this completes. */
	bring(feed: SplicedFeed, silence: Millis, now: Millis): void {
		if (feed === this.#feed) {
			this.#rival = undefined;
			return;
		}
		if (feed !== this.#rival) {
			this.#rival = feed;
			this.#alone = 0;
			this.#gap = silence;
		}
		this.#alone++;
		if (this.#feed && this.#alone < FRAMES_ALONE) return;
		const cause = this.#feed && now - this.#feed.lastPushAt < SILENT_MS ? "slower" : "silent";
		this.take(feed, { cause: this.#feed ? cause : this.#lost, gapMs: this.#gap, framesLost: 0 });
	}

	/** `feed` leads from here on; reports the switch this is, unless nobody else led before. */
	take(
		feed: SplicedFeed,
		about: { cause?: SwitchCause; gapMs: Millis; framesLost: number | undefined; discontinuity?: boolean },
	): void {
		const from = this.#former;
		const { cause = this.#feed ? "silent" : this.#lost, gapMs, framesLost, discontinuity = false } = about;
		this.#feed = feed;
		this.#former = feed;
		this.#rival = undefined;
		if (!from || from === feed) return;
		this.#onSwitch({ from: from.id, to: feed.id, cause, gapMs, framesLost, discontinuity });
	}

	/** `feed` brings no more; nothing where it does not lead. */
	lose(feed: SplicedFeed, cause: SwitchCause): void {
		if (feed !== this.#feed) return;
		this.#feed = undefined;
		this.#lost = cause;
	}
}
