import type { Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { ResumeToken } from "#shared/media/splice";
import type { Catalog } from "./catalog.ts";
import type { Asker, Lease, StreamSource } from "./stream-source.ts";

/** Streams for which one connection may wait. A player asks for one stream, a Flash program for a few. */
export const MAX_WAITS_OF_CONNECTION = 8;
/** Plays that may wait for streams that nobody offers: a crowd before the show. Each takes about 2 KiB. */
export const MAX_WAITS = 10_000;
/** Streams that may be looked for at once at servers that announce nothing. Each one is a subscription with a dial. */
export const MAX_LOOKUPS = 256;

/**
 * What is known about a requested stream. `known`: its frames are here, or a node offers it. `sought`: it is already being looked
 * for. `perhaps`: a server that announces nothing may have it. `unknown`: nobody offers it.
 */
export type Standing = "known" | "sought" | "perhaps" | "unknown";

/** A source that fetches streams from elsewhere when they are asked for. */
export interface Fetcher extends Omit<StreamSource, "knows"> {
	standing(key: StreamKey): Standing;
}

export type WaitingRoomOptions = {
	source: Fetcher;
	catalog: Pick<Catalog, "waitFor">;
	clock: Clock;
	/** How long a play waits for a stream that nobody offers. Read anew for each play. */
	times: { readonly waitMs: Millis };
};

/**
 * Protects a source that fetches streams. A play of a name that nobody offers waits in here, and the stream is fetched when a node
 * offers it. Past the bounds the answer is at once that there is no such stream. An offered stream needs no place here.
 */
export class WaitingRoom implements StreamSource {
	readonly #options: WaitingRoomOptions;
	readonly #byConnection = new Map<object, number>();
	#waits = 0;
	#lookups = 0;
	#refused = 0;

	constructor(options: WaitingRoomOptions) {
		this.#options = options;
	}

	/** Plays that wait at present. */
	get size(): number {
		return this.#waits + this.#lookups;
	}

	/** Plays so far for which there was no place. */
	get refused(): number {
		return this.#refused;
	}

	async knows(key: StreamKey, asker: Asker): Promise<boolean> {
		if (this.#options.source.standing(key) === "known") return true;
		return await this.#wait(key, asker);
	}

	async open(key: StreamKey, asker: Asker, resume?: ResumeToken): Promise<Lease | undefined> {
		const { source } = this.#options;
		const standing = source.standing(key);
		if (standing === "perhaps") return await this.#lookUp(key, asker, resume);
		if (standing === "unknown" && !(await this.#wait(key, asker))) return undefined;
		return await source.open(key, asker, resume);
	}

	hops(key: StreamKey): readonly string[] {
		return this.#options.source.hops(key);
	}

	get readers(): number {
		return this.#options.source.readers;
	}

	get skippedFrames(): number {
		return this.#options.source.skippedFrames;
	}

	onOver(listener: (key: StreamKey) => void): () => void {
		return this.#options.source.onOver(listener);
	}

	async #wait(key: StreamKey, { connection, signal }: Asker): Promise<boolean> {
		const { catalog, times } = this.#options;
		if (this.#waits >= MAX_WAITS || !this.#enter(connection)) return this.#refuse();
		this.#waits++;
		const isOffered = await catalog.waitFor(key, times.waitMs, signal);
		this.#waits--;
		this.#leave(connection);
		return isOffered;
	}

	async #lookUp(key: StreamKey, asker: Asker, resume?: ResumeToken): Promise<Lease | undefined> {
		const { source, clock, times } = this.#options;
		if (this.#lookups >= MAX_LOOKUPS || !this.#enter(asker.connection)) {
			this.#refuse();
			return undefined;
		}
		this.#lookups++;
		const began = clock.now();
		const lease = await source.open(key, asker, resume);
		const leave = (): void => {
			this.#lookups--;
			this.#leave(asker.connection);
		};
		// An asker that leaves at once has caused a dial all the same. Its place stays taken for as long as an answer may take.
		const left = began + times.waitMs - clock.now();
		if (lease || left <= 0) leave();
		else clock.after(left, leave);
		return lease;
	}

	#enter(connection: object): boolean {
		const inside = this.#byConnection.get(connection) ?? 0;
		if (inside >= MAX_WAITS_OF_CONNECTION) return false;
		this.#byConnection.set(connection, inside + 1);
		return true;
	}

	#leave(connection: object): void {
		const inside = this.#byConnection.get(connection) ?? 0;
		if (inside > 1) this.#byConnection.set(connection, inside - 1);
		else this.#byConnection.delete(connection);
	}

	#refuse(): false {
		this.#refused++;
		return false;
	}
}
