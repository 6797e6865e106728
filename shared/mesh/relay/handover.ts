import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { Feed } from "#shared/media/splice";

/** A new feed is recognised by its first keyframe or a few audio frames. Otherwise it comes from another encoder. */
const OVERLAP_MS: Millis = 1_000;

/**
 * Closes feeds without a gap. The feed that carries the stream stays until another one is recognised. Otherwise a new feed with few
 * frames in common with the output would count as that of another encoder.
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

	/** Some feed brought a packet. Feeds that wait for it may close now. */
	noted(): void {
		for (const [feed, leave] of this.#leaving) if (!this.#isNeeded(feed)) leave();
	}

	/** Calls `close` as soon as the feed is not needed; at once if it brings nothing any more. */
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

	/** A feed brings nothing any more. Nobody waits for it. */
	lost(feed: Feed): void {
		this.#leaving.get(feed)?.();
	}

	/** Ends the waiting. All feeds that were to close are closed. */
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
