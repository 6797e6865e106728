import type { Cancel, Clock, Millis } from "#shared/base/clock";

/** Requests of all streams that wait for something to be made; one costs a timer and an entry. */
const MAX_WAITS = 10_000;
/** Of one connection: a player asks for the next playlist and the next part of two tracks. */
const MAX_WAITS_OF_CONNECTION = 8;

/** `there` it has come · `late` it has not in time · `busy` too many wait · `gone` nobody waits any more. */
export type Waited = "there" | "late" | "busy" | "gone";

/** Who waits. */
export type Waiter = {
	/** The same object for all that one connection waits for. */
	readonly connection: object;
	readonly signal: AbortSignal;
};

/** How many requests of a node wait. */
export class WaitingPlaces {
	readonly #byConnection = new Map<object, number>();
	#total = 0;

	get size(): number {
		return this.#total;
	}

	/** A place until the returned function is called; undefined where there is none. */
	enter(connection: object): Cancel | undefined {
		const inside = this.#byConnection.get(connection) ?? 0;
		if (this.#total >= MAX_WAITS || inside >= MAX_WAITS_OF_CONNECTION) return undefined;
		this.#total++;
		this.#byConnection.set(connection, inside + 1);
		return () => {
			this.#total--;
			const left = (this.#byConnection.get(connection) ?? 1) - 1;
			if (left > 0) this.#byConnection.set(connection, left);
			else this.#byConnection.delete(connection);
		};
	}
}

/** The requests that wait for one stream to have something. */
export class Waits {
	readonly #clock: Clock;
	readonly #places: WaitingPlaces;
	readonly #waiting = new Set<() => void>();

	constructor(clock: Clock, places: WaitingPlaces) {
		this.#clock = clock;
		this.#places = places;
	}

	/** Resolves once `isThere` says so, which is asked at each `look`, or after `ms`. */
	until(isThere: () => boolean, ms: Millis, { connection, signal }: Waiter): Promise<Waited> {
		if (isThere()) return Promise.resolve("there");
		if (signal.aborted) return Promise.resolve("gone");
		const leave = this.#places.enter(connection);
		if (!leave) return Promise.resolve("busy");
		return new Promise((resolve) => {
			const finish = (outcome: Waited): void => {
				cancel();
				signal.removeEventListener("abort", giveUp);
				this.#waiting.delete(look);
				leave();
				resolve(outcome);
			};
			const look = (): void => {
				if (isThere()) finish("there");
			};
			const giveUp = (): void => finish("gone");
			const cancel = this.#clock.after(ms, () => finish("late"));
			signal.addEventListener("abort", giveUp);
			this.#waiting.add(look);
		});
	}

	/** Something has changed. */
	look(): void {
		for (const look of [...this.#waiting]) look();
	}
}
