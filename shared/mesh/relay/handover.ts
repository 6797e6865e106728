import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { Feed } from "#shared/media/splice";

/** A newcomer is recognised by its first keyframe or a few frames of sound; one that is not is another encoder's. */
const OVERLAP_MS: Millis = 1_000;

/**
 * Lets feeds go without a seam: the one that carries the stream stays until another is recognised, since a newcomer that
 * has hardly a frame in common with what was sent would be taken for a stranger.
 */
export class Handover {
	readonly #clock: Clock;
	readonly #staying = new Set<Feed>();
	readonly #leaving = new Map<Feed, Cancel>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A feed is there. */
	opened(feed: Feed): void {
		this.#staying.add(feed);
	}

	/** Some feed brought a packet: those that wait for that may go now. */
	noted(): void {
		for (const [feed, leave] of this.#leaving) if (!this.#isNeeded(feed)) leave();
	}

	/** Calls `close` as soon as the feed can be spared; at once where it brings nothing any more. */
	leave(feed: Feed, isOver: boolean, close: () => void): void {
		this.#staying.delete(feed);
		if (isOver || !this.#isNeeded(feed)) {
			close();
			return;
		}
		const end = (): void => {
			cancel();
			this.#leaving.delete(feed);
			close();
		};
		const cancel = this.#clock.after(OVERLAP_MS, end);
		this.#leaving.set(feed, end);
	}

	/** A feed brings nothing any more: nobody waits for it. */
	lost(feed: Feed): void {
		this.#leaving.get(feed)?.();
	}

	/** Ends the waiting: all that were to leave are closed. */
	end(): void {
		this.#staying.clear();
		for (const leave of [...this.#leaving.values()]) leave();
	}

	#isNeeded(feed: Feed): boolean {
		const others = [...this.#staying];
		return carries(feed) && !others.some(carries) && others.some(({ state }) => state === "probing");
	}
}

const carries = ({ state }: Feed): boolean => state === "aligned" || state === "leading";
