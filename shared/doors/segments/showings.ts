import type { Access } from "#shared/access/admission";
import { accessOf, type Protocol } from "#shared/access/request";
import type { Clock, Millis } from "#shared/base/clock";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { PackagerOptions } from "#shared/media/package";
import type { StreamSource } from "#shared/mesh/catalog";
import type { FastifyRequest } from "#shared/net/http";
import { goneOf } from "./gone.ts";
import { Showing } from "./showing.ts";
import { type Refused, type Visit, Visits } from "./visits.ts";
import { WaitingPlaces } from "./waits.ts";

export type ShowingsOptions = {
	readonly access: Access;
	readonly source: StreamSource;
	readonly clock: Clock;
	readonly events: Events;
	readonly packaging: (key: StreamKey) => PackagerOptions;
	/** How long the first request of a stream is held until there is something to play. */
	readonly waitMs: Millis;
	/** A viewer who has not asked for anything this long is gone. */
	readonly lingerMs: Millis;
	/** Whether new viewers are let in at present. */
	isOpen(): boolean;
};

/** What a viewer's request is answered from. */
export type Watched = { readonly type: "watched"; readonly showing: Showing; readonly visit: Visit };

const refused = (code: number, why: string): Refused => ({ type: "refused", code, why });

/** The streams that are packaged at this node: each from its first viewer on until its last one is gone. */
export class Showings implements Disposable {
	readonly #options: ShowingsOptions;
	readonly #showings = new Map<string, Showing>();
	readonly #visits: Visits;
	readonly #places = new WaitingPlaces();

	constructor(options: ShowingsOptions) {
		this.#options = options;
		this.#visits = new Visits(options.clock, options.access, {
			lingerMs: options.lingerMs,
			onUnwatched: (key) => this.#close(key),
		});
	}

	/** Viewers at present. */
	get viewers(): number {
		return this.#visits.size;
	}

	/** Requests that wait at present. */
	get waiting(): number {
		return this.#places.size;
	}

	/**
	 * The stream a request is about, once there is something of it to play. One that is over is looked for anew where a player
	 * begins (`isEntry`). Never throws.
	 */
	async watch(request: FastifyRequest, protocol: Protocol, isEntry = false): Promise<Watched | Refused> {
		const { events, isOpen, waitMs } = this.#options;
		const { app = "", name = "" } = request.params as { app?: string; name?: string };
		const key = streamKey(app, name);
		if (!key) return refused(404, "there is no such stream");
		const asked = accessOf(request, { action: "play", key, protocol });
		const isNew = !this.#visits.has(asked);
		if (isNew && !isOpen()) return refused(503, "this edge is being stopped");
		const visit = await this.#visits.of(asked);
		if ("type" in visit) return visit;
		const waiter = { connection: request.raw.socket, signal: goneOf(request.raw.socket) };
		const known = isEntry ? this.#running(key) : this.#showings.get(key);
		const showing = known ?? (await this.#open(key, waiter));
		if (!showing) {
			this.#visits.forget(asked);
			events.playRefused(key, request.ip, "not-found");
			return refused(404, `there is no stream ${key}`);
		}
		if (isNew) events.playAccepted(key, request.ip, "viewer");
		await showing.waitUntilReady(waitMs, waiter);
		if (showing.packaged.tracks.length > 0) return { type: "watched", showing, visit };
		const [why] = showing.packaged.refusals;
		return why === undefined ? refused(503, `nothing has come of ${key} so far: try again`) : refused(406, why);
	}

	[Symbol.dispose](): void {
		this.#visits.close();
		for (const key of [...this.#showings.keys()]) this.#close(key);
	}

	async #open(key: StreamKey, waiter: { connection: object; signal: AbortSignal }): Promise<Showing | undefined> {
		const { source, clock, packaging } = this.#options;
		const lease = await source.open(key, waiter);
		const other = this.#running(key);
		if (!lease || other) {
			lease?.release();
			return other;
		}
		this.#close(key);
		const showing = new Showing(lease, { ...packaging(key), clock, places: this.#places });
		this.#showings.set(key, showing);
		return showing;
	}

	/** What is packaged and not over. */
	#running(key: string): Showing | undefined {
		const showing = this.#showings.get(key);
		return showing?.packaged.hasEnded ? undefined : showing;
	}

	#close(key: string): void {
		this.#showings.get(key)?.close();
		this.#showings.delete(key);
	}
}
