import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { StreamInfo } from "#shared/mesh/control";

/** Tells other nodes what this node offers. A `Directory` is one. */
export type Announcer = {
	announce(stream: StreamInfo): void;
	withdraw(key: StreamKey, reason: string): void;
};

const same = (a: StreamInfo, b: StreamInfo): boolean =>
	a.since === b.since && a.hops.join() === b.hops.join() && a.codecs.join() === b.codecs.join();

/** The streams that a node can give at this moment, whether or not media flows. Their owner offers and withdraws them. */
export class Catalog {
	readonly #clock: Clock;
	readonly #announcer: Announcer | undefined;
	readonly #streams = new Map<StreamKey, StreamInfo>();
	readonly #waiting = new Map<StreamKey, Set<() => void>>();
	readonly #overListeners = new Set<(key: StreamKey, reason: string) => void>();

	/** Without an announcer other nodes do not hear of its streams. */
	constructor(clock: Clock, announcer?: Announcer) {
		this.#clock = clock;
		this.#announcer = announcer;
	}

	get size(): number {
		return this.#streams.size;
	}

	get(key: StreamKey): StreamInfo | undefined {
		return this.#streams.get(key);
	}

	all(): Iterable<StreamInfo> {
		return this.#streams.values();
	}

	/** Adds or updates a stream. If nothing is new, nothing happens. */
	offer(stream: StreamInfo): void {
		const known = this.#streams.get(stream.key);
		if (known && same(known, stream)) return;
		this.#streams.set(stream.key, stream);
		this.#announcer?.announce(stream);
		for (const wake of this.#waiting.get(stream.key) ?? []) wake();
	}

	withdraw(key: StreamKey, reason: string): void {
		if (!this.#streams.delete(key)) return;
		this.#announcer?.withdraw(key, reason);
		for (const listener of [...this.#overListeners]) listener(key, reason);
	}

	/** Calls `listener` for every stream that is withdrawn, until the returned function is called. */
	onWithdrawn(listener: (key: StreamKey, reason: string) => void): Cancel {
		this.#overListeners.add(listener);
		return () => this.#overListeners.delete(listener);
	}

	/** Whether the stream is offered now or within `patience`. False at once when the signal aborts. */
	waitFor(key: StreamKey, patience: Millis, signal: AbortSignal): Promise<boolean> {
		if (this.#streams.has(key)) return Promise.resolve(true);
		if (patience <= 0 || signal.aborted) return Promise.resolve(false);
		return new Promise((resolve) => {
			const waiters = this.#waiting.get(key) ?? new Set();
			this.#waiting.set(key, waiters);
			const finish = (found: boolean): void => {
				cancel();
				signal.removeEventListener("abort", giveUp);
				waiters.delete(wake);
				if (waiters.size === 0) this.#waiting.delete(key);
				resolve(found);
			};
			const wake = (): void => finish(true);
			const giveUp = (): void => finish(false);
			const cancel = this.#clock.after(patience, giveUp);
			signal.addEventListener("abort", giveUp);
			waiters.add(wake);
		});
	}
}
