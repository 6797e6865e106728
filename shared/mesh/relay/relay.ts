import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { UpstreamTable } from "#shared/base/config";
import { type StreamKey, splitStreamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { ResumeToken } from "#shared/media/splice";
import type { Asker, Catalog, Fetcher, Lease, Standing } from "#shared/mesh/catalog";
import type { CarriedStream, Directory, DirectoryChange, Holder } from "#shared/mesh/control";
import { bestHolder, isUpstream, serversFor } from "#shared/mesh/upstream";
import { type Puller, RelayedStream } from "./relayed-stream.ts";

export type RelayOptions = {
	/** This node's id. */
	self: string;
	table: UpstreamTable;
	directory: Directory;
	/** What this node offers. The relay keeps it equal to what its upstreams offer. */
	catalog: Catalog;
	clock: Clock;
	events: Events;
	pull(key: StreamKey, ...rest: Parameters<Puller>): ReturnType<Puller>;
	/** How many servers are pulled beside the one on air. */
	standby: number;
	/** Return to a preferred server when it has played for this long; undefined: never. */
	holdMs: Millis | undefined;
	/** Streams that are always pulled, also without readers. */
	staticStreams: readonly StreamKey[];
	/** How long the segments of an app's streams are where no node above says so. */
	segmentMs(app: string): Millis;
	limits: { streams: number; historyBytes: number };
	times: {
		/** How long a play waits for its stream to appear. */
		waitMs: Millis;
		/** How long a stream is kept after its last reader. */
		keepMs: Millis;
		/** How long readers are held while no upstream has their stream. */
		lingerMs: Millis;
	};
};

/** A static stream whose upstreams all failed is requested again after this time. */
const STATIC_RETRY_MS = 1_000;

/**
 * The heart of intermediate and edge: streams that are pulled from upstreams as long as somebody here needs them. Disposing ends
 * them all.
 */
export class Relay implements Fetcher, Disposable {
	readonly #options: RelayOptions;
	readonly #streams = new Map<StreamKey, RelayedStream>();
	readonly #unlisten: () => void;
	readonly #overListeners = new Set<(key: StreamKey) => void>();
	/** Streams whose encoder is silent: readers are held for a while. */
	readonly #silent = new Map<StreamKey, Cancel>();
	/** One timer for each static stream. */
	readonly #looks = new Map<StreamKey, Cancel>();
	#skippedBefore = 0;
	#stopped = false;

	constructor(options: RelayOptions) {
		this.#options = options;
		options.catalog.onWithdrawn((key, reason) => this.#onWithdrawn(key, reason));
		this.#unlisten = options.directory.on((change) => this.#onChange(change));
		for (const node of options.directory.nodes()) this.#offerAll(node.info.id);
		for (const key of options.staticStreams) this.#keepStatic(key);
	}

	/** The streams that are pulled, with their state. */
	get streams(): ReadonlyMap<StreamKey, RelayedStream> {
		return this.#streams;
	}

	/** What is pulled, for a node's report. */
	carried(): CarriedStream[] {
		return [...this.#streams].map(([key, { upstream = null, state, hub }]) => {
			return { key, upstream, standby: state.live.slice(1), readers: hub.readers };
		});
	}

	get readers(): number {
		let readers = 0;
		for (const { hub } of this.#streams.values()) readers += hub.readers;
		return readers;
	}

	get skippedFrames(): number {
		let skipped = this.#skippedBefore;
		for (const { hub } of this.#streams.values()) skipped += hub.skippedFrames;
		return skipped;
	}

	standing(key: StreamKey): Standing {
		const stream = this.#streams.get(key);
		if (stream?.hub.lastPacketAt !== undefined || this.#options.catalog.get(key)) return "known";
		if (stream) return "sought";
		return serversFor(key, this.#options).length > 0 ? "perhaps" : "unknown";
	}

	async open(key: StreamKey, { signal }: Pick<Asker, "signal">, resume?: ResumeToken): Promise<Lease | undefined> {
		const stream = this.#streams.get(key) ?? this.#start(key, this.#options.times.waitMs, resume);
		if (!stream) return undefined;
		const lease = stream.hold();
		const aborted = new Promise<boolean>((resolve) => {
			signal.addEventListener("abort", () => resolve(false), { once: true });
		});
		const isFlowing = await Promise.race([stream.flowing(), aborted]);
		if (isFlowing) return lease;
		lease.release();
		return undefined;
	}

	hops(key: StreamKey): readonly string[] {
		return this.#options.catalog.get(key)?.hops ?? [];
	}

	onOver(listener: (key: StreamKey) => void): () => void {
		this.#overListeners.add(listener);
		return () => this.#overListeners.delete(listener);
	}

	[Symbol.dispose](): void {
		this.#stopped = true;
		this.#unlisten();
		for (const cancel of [...this.#looks.values(), ...this.#silent.values()]) cancel();
		for (const stream of [...this.#streams.values()]) stream.end("stopped");
	}

	#start(key: StreamKey, waitMs: Millis | undefined, resume?: ResumeToken): RelayedStream | undefined {
		const { limits, times, clock, events, pull } = this.#options;
		if (this.#stopped || this.#streams.size >= limits.streams) return undefined;
		const stream = new RelayedStream({
			key,
			clock,
			events,
			resume,
			historyBytes: limits.historyBytes,
			keepMs: times.keepMs,
			segmentMs: this.#options.segmentMs(splitStreamKey(key).app),
			patience: { first: waitMs, later: times.lingerMs },
			servers: () => serversFor(key, this.#options),
			standby: this.#options.standby,
			holdMs: this.#options.holdMs,
			pull: (server, to) => pull(key, server, to),
			onAirChanged: () => this.#offer(key),
			onOver: (reason) => {
				this.#streams.delete(key);
				this.#skippedBefore += stream.hub.skippedFrames;
				events.streamOver(key, reason);
				this.#offer(key);
			},
		});
		this.#streams.set(key, stream);
		stream.start();
		return stream;
	}

	/** Holds a static stream, and checks regularly whether it is still pulled. */
	#keepStatic(key: StreamKey): void {
		// It is already pulled for a reader. That subscription goes on, and this check runs again when it is over.
		const stream = this.#streams.get(key) ?? this.#start(key, undefined);
		stream?.hold();
		const look = (): void => {
			if (this.#streams.get(key) === stream && stream)
				this.#looks.set(key, this.#options.clock.after(STATIC_RETRY_MS, look));
			else this.#keepStatic(key);
		};
		this.#looks.set(key, this.#options.clock.after(STATIC_RETRY_MS, look));
	}

	#onChange(change: DirectoryChange): void {
		switch (change.type) {
			case "stream-added":
			case "stream-removed":
				this.#offer(change.stream.key, change.type === "stream-removed" ? change.reason : undefined);
				this.#streams.get(change.stream.key)?.candidatesChanged();
				return;
			case "state":
				this.#tellStreams();
				return;
			default:
				if (!isUpstream(this.#options.table, change.node.info)) return;
				this.#offerAll(change.node.info.id);
				this.#tellStreams();
		}
	}

	/** A silent encoder may go on at any moment. Listeners hear of the end only when readers are no longer held. */
	#onWithdrawn(key: StreamKey, reason: string): void {
		if (this.#stopped) return;
		const { clock, catalog, times } = this.#options;
		this.#silent.get(key)?.();
		const tell = (): void => {
			this.#silent.delete(key);
			if (catalog.get(key)) return;
			for (const listener of [...this.#overListeners]) listener(key);
		};
		if (reason === "silent") this.#silent.set(key, clock.after(times.lingerMs, tell));
		else tell();
	}

	/** A node that comes or goes concerns all streams: an address is unknown only while no node announces it. */
	#tellStreams(): void {
		for (const stream of this.#streams.values()) stream.candidatesChanged();
	}

	#offerAll(node: string): void {
		for (const key of this.#options.directory.streamsOf(node).keys()) this.#offer(key);
	}

	/** The holder from which the frames come at present. So the announced hops are those that the frames really pass. */
	#holderOnAir(key: StreamKey): Holder | undefined {
		const upstream = this.#streams.get(key)?.upstream;
		if (upstream === undefined) return undefined;
		return this.#options.directory
			.holders(key)
			.find(({ node, stream }) => node.info.id === upstream && !stream.hops.includes(this.#options.self));
	}

	/** Makes the offer of this node equal to that of its upstreams. */
	#offer(key: StreamKey, reason = "unavailable"): void {
		const { catalog, self } = this.#options;
		const best = this.#holderOnAir(key) ?? bestHolder(key, this.#options);
		if (best) catalog.offer({ ...best.stream, hops: [...best.stream.hops, self] });
		else catalog.withdraw(key, reason);
	}
}
