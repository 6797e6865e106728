import type { Catalog, Lease, StreamSource } from "#shared/catalog";
import type { Clock, Millis } from "#shared/clock";
import type { UpstreamTable } from "#shared/config";
import type { Directory, DirectoryChange, Holder } from "#shared/control";
import type { StreamKey } from "#shared/media";
import type { Events } from "#shared/runtime";
import type { ResumeToken } from "#shared/splice";
import { bestHolder, groupsFor, isUpstream } from "#shared/upstream";
import { type Puller, RelayedStream } from "./relayed-stream.ts";

export type RelayOptions = {
	/** This node's id. */
	self: string;
	table: UpstreamTable;
	directory: Directory;
	/** What this node offers: kept here in step with what its upstreams offer. */
	catalog: Catalog;
	clock: Clock;
	events: Events;
	pull(key: StreamKey, ...rest: Parameters<Puller>): ReturnType<Puller>;
	/** How many server groups play along beside the one on air. */
	standby: number;
	/** Return to a preferred group once it has played this long; undefined: stay. */
	holdMs: Millis | undefined;
	/** Pulled always, whether or not anybody reads. */
	staticStreams: readonly StreamKey[];
	limits: { streams: number; historyBytes: number };
	times: {
		/** How long a play waits for its stream to appear. */
		waitMs: Millis;
		/** How long a stream is kept after its last reader. */
		keepMs: Millis;
		/** How long readers are held while nobody has their stream. */
		lingerMs: Millis;
	};
};

/** A static stream whose upstreams all failed is asked for again after this. */
const STATIC_RETRY_MS = 1_000;

/**
 * The heart of intermediate and edge alike: streams pulled from upstream for as long as somebody here wants them.
 * Disposing ends them all.
 */
export class Relay implements StreamSource, Disposable {
	readonly #options: RelayOptions;
	readonly #streams = new Map<StreamKey, RelayedStream>();
	readonly #stops: (() => void)[] = [];
	#skippedBefore = 0;
	#stopped = false;

	constructor(options: RelayOptions) {
		this.#options = options;
		this.#stops.push(options.directory.on((change) => this.#onChange(change)));
		for (const node of options.directory.nodes()) {
			for (const key of options.directory.streamsOf(node.info.id).keys()) this.#refresh(key);
		}
		for (const key of options.staticStreams) this.#keepStatic(key);
	}

	/** Streams being pulled, with their state, for those who look. */
	get streams(): ReadonlyMap<StreamKey, RelayedStream> {
		return this.#streams;
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

	knows(key: StreamKey, signal: AbortSignal): Promise<boolean> {
		if (this.#streams.get(key)?.hub.lastPacketAt !== undefined) return Promise.resolve(true);
		return this.#options.catalog.waitFor(key, this.#options.times.waitMs, signal);
	}

	async open(key: StreamKey, signal: AbortSignal, resume?: ResumeToken): Promise<Lease | undefined> {
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
		return this.#options.catalog.onWithdrawn(listener);
	}

	[Symbol.dispose](): void {
		this.#stopped = true;
		for (const stop of this.#stops) stop();
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
			patience: { first: waitMs, later: times.lingerMs },
			groups: () => groupsFor(key, this.#options),
			standby: this.#options.standby,
			holdMs: this.#options.holdMs,
			pull: (server, to) => pull(key, server, to),
			onAirChanged: () => this.#refresh(key),
			onOver: (reason) => {
				this.#streams.delete(key);
				this.#skippedBefore += stream.hub.skippedFrames;
				events.streamOver(key, reason);
				this.#refresh(key);
			},
		});
		this.#streams.set(key, stream);
		return stream;
	}

	#keepStatic(key: StreamKey): void {
		const { clock } = this.#options;
		// Already pulled for a reader: that subscription goes on, and this one looks again when it is over.
		const stream = this.#streams.get(key) ?? this.#start(key, undefined);
		stream?.hold();
		const again = (): void => {
			if (this.#stopped) return;
			if (this.#streams.get(key) === stream && stream) clock.after(STATIC_RETRY_MS, again);
			else this.#keepStatic(key);
		};
		const cancel = clock.after(STATIC_RETRY_MS, again);
		this.#stops.push(cancel);
	}

	#onChange(change: DirectoryChange): void {
		switch (change.type) {
			case "stream-added":
				this.#refresh(change.stream.key);
				return;
			case "stream-removed":
				this.#streams.get(change.stream.key)?.serverWithdrawn(change.node.info.id);
				this.#refresh(change.stream.key);
				return;
			case "node-draining":
				this.#onNode(change.node.info.id, change.node.draining);
				return;
			case "node-gone":
				this.#onNode(change.node.info.id, true);
				return;
			case "node-alive":
			case "node-suspect":
			case "node-synced":
				if (isUpstream(this.#options.table, change.node.info)) this.#onNode(change.node.info.id, false);
				return;
			case "state":
				for (const stream of this.#streams.values()) stream.candidatesChanged();
		}
	}

	#onNode(id: string, leave: boolean): void {
		for (const key of this.#options.directory.streamsOf(id).keys()) this.#refresh(key);
		for (const stream of this.#streams.values()) {
			if (leave) stream.serverWithdrawn(id);
			stream.candidatesChanged();
		}
	}

	/** Where the frames come from at present: the hops others hear of are those the frames really pass. */
	#holderOnAir(key: StreamKey): Holder | undefined {
		const upstream = this.#streams.get(key)?.upstream;
		if (upstream === undefined) return undefined;
		return this.#options.directory
			.holders(key)
			.find(({ node, stream }) => node.info.id === upstream && !stream.hops.includes(this.#options.self));
	}

	/** Brings what this node offers into step with what its upstreams offer. */
	#refresh(key: StreamKey): void {
		const { catalog, self } = this.#options;
		const best = this.#holderOnAir(key) ?? bestHolder(key, this.#options);
		if (best) catalog.offer({ ...best.stream, hops: [...best.stream.hops, self] });
		else catalog.withdraw(key, "unavailable");
		this.#streams.get(key)?.candidatesChanged();
	}
}
