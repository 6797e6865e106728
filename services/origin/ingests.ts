import type { Clock, Millis } from "#shared/base/clock";
import { type StreamKey, splitStreamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { Publication, PublishDesk, Publisher } from "#shared/doors/rtmp";
import type { MediaPacket } from "#shared/formats/packet";
import type { TimelineAccount } from "#shared/media/timeline";
import type { Asker, Catalog, Lease, StreamSource } from "#shared/mesh/catalog";
import type { CarriedStream } from "#shared/mesh/control";
import type { OtherOrigins } from "./agreement.ts";
import { Ingest } from "./ingest.ts";

export type IngestsOptions = {
	self: string;
	clock: Clock;
	/** The time of day: milliseconds since 1970, UTC; the machine's where left out. */
	utc?: () => number;
	catalog: Catalog;
	events: Events;
	onPacket(packet: MediaPacket): void;
	limits: { streams: number; historyBytes: number };
	segmentMs(app: string): Millis;
	others?: OtherOrigins;
	publish: { idleMs: Millis; silentMs: Millis; graceMs: Millis };
};

/** Every stream that is published here: takes publishers in, gives readers their stream. Disposing ends them all. */
export class Ingests implements PublishDesk, StreamSource, Disposable {
	readonly #options: IngestsOptions;
	readonly #ingests = new Map<StreamKey, Ingest>();
	readonly #overListeners = new Set<(key: StreamKey) => void>();
	#skippedBefore = 0;

	constructor(options: IngestsOptions) {
		this.#options = options;
	}

	get size(): number {
		return this.#ingests.size;
	}

	/** What is published, for a node's report. */
	carried(): CarriedStream[] {
		return [...this.#ingests].map(([key, { hub }]) => ({ key, upstream: null, standby: [], readers: hub.readers }));
	}

	get readers(): number {
		let readers = 0;
		for (const { hub } of this.#ingests.values()) readers += hub.readers;
		return readers;
	}

	get skippedFrames(): number {
		let skipped = this.#skippedBefore;
		for (const { hub } of this.#ingests.values()) skipped += hub.skippedFrames;
		return skipped;
	}

	has(key: StreamKey): boolean {
		return this.#ingests.has(key);
	}

	/** What other origins can recognise a stream's timeline by; undefined where it has none. */
	account(key: StreamKey): TimelineAccount | undefined {
		return this.#ingests.get(key)?.account;
	}

	isFree(key: StreamKey): boolean {
		const ingest = this.#ingests.get(key);
		return ingest ? ingest.isFree : this.#ingests.size < this.#options.limits.streams;
	}

	publish(key: StreamKey, publisher: Publisher): Publication | undefined {
		const { events } = this.#options;
		const ingest = this.#ingests.get(key) ?? this.#begin(key);
		const how = ingest?.nextArrival ?? "accepted";
		const publication = ingest?.admit(publisher);
		if (publication) events.publishAccepted(key, publisher.address, how);
		return publication;
	}

	async knows(key: StreamKey): Promise<boolean> {
		return this.#options.catalog.get(key) !== undefined || this.#ingests.get(key)?.isSilent === true;
	}

	/**
	 * A stream that is being published but not announced yet is as good as there. One that is silent has only old frames,
	 * which a node would take for a parent that works: it is waited for as long as a publisher is.
	 */
	async open(key: StreamKey, { signal }: Pick<Asker, "signal">): Promise<Lease | undefined> {
		const { catalog, publish } = this.#options;
		if (this.#ingests.get(key)?.isSilent && !(await catalog.waitFor(key, publish.graceMs, signal))) return undefined;
		return this.#ingests.get(key)?.hold();
	}

	hops(key: StreamKey): readonly string[] {
		return this.#options.catalog.get(key)?.hops ?? [];
	}

	onOver(listener: (key: StreamKey) => void): () => void {
		this.#overListeners.add(listener);
		return () => this.#overListeners.delete(listener);
	}

	[Symbol.dispose](): void {
		for (const ingest of [...this.#ingests.values()]) ingest.end("clean");
	}

	#begin(key: StreamKey): Ingest | undefined {
		const { limits, publish, events, self, clock, utc = Date.now, catalog, onPacket } = this.#options;
		if (this.#ingests.size >= limits.streams) return undefined;
		const ingest = new Ingest({
			key,
			self,
			clock,
			utc,
			catalog,
			onPacket,
			hub: {
				historyBytes: limits.historyBytes,
				onMalformed: ({ kind }, reason) => events.codecHeaderMalformed(key, kind, reason),
				onReaderFailed: (error) => events.errorContained("packet-reader", error, { key }),
			},
			...publish,
			segmentMs: this.#options.segmentMs(splitStreamKey(key).app),
			others: this.#options.others,
			onSegmentRefused: () => events.segmentRefused(key, "uninvited"),
			onSilent: () => events.publishSilent(key, publish.silentMs),
			onFailed: (feed, failure) => events.feedFailed(key, feed, failure),
			onOver: (how) => {
				this.#ingests.delete(key);
				this.#skippedBefore += ingest.hub.skippedFrames;
				events.publishEnded(key, how);
				for (const listener of [...this.#overListeners]) listener(key);
			},
		});
		this.#ingests.set(key, ingest);
		return ingest;
	}
}
