import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import { CodecsSeen } from "#shared/media/headers";
import { type ResumeToken, Splicer, type SwitchEvent } from "#shared/media/splice";
import { HISTORY_MS, Hub } from "#shared/media/stream";
import { Timeline } from "#shared/media/timeline";
import type { Lease } from "#shared/mesh/catalog";
import type { SegmentRefusal } from "#shared/mesh/node-link";
import {
	type Candidate,
	type PullLoss,
	type StartPull,
	Subscription,
	type SubscriptionOptions,
	type SubscriptionState,
} from "#shared/mesh/upstream";
import { FailoverLog } from "./failover-log.ts";
import { Handover } from "./handover.ts";
import { SwitchHistory } from "./switch-history.ts";

/** Dials a server and delivers its packets; see `pull`. */
export type Puller = (
	server: Candidate,
	to: {
		resume(): ResumeToken | undefined;
		onPacket(packet: MediaPacket): void;
		onLive(): void;
		onFlowing(): void;
		onGreeted(givesSegments: boolean): void;
		onSegmentRefused(reason: SegmentRefusal): void;
		onLost(reason: PullLoss, message: string): void;
	},
) => Cancel;

type Wishes = Pick<SubscriptionOptions, "servers" | "standby" | "holdMs" | "patience">;

export type RelayedStreamOptions = Wishes & {
	key: StreamKey;
	clock: Clock;
	historyBytes: number;
	/** The stream goes on this long after the last reader left. */
	keepMs: Millis;
	/** How long its segments are where no node above says so. */
	segmentMs: Millis;
	pull: Puller;
	/** The last frames of the first asker. The stream begins there if an upstream still has them. */
	resume: ResumeToken | undefined;
	events: Events;
	/** Another server is on air, or no server. */
	onAirChanged(): void;
	/** The stream is over. Comes exactly once. */
	onOver(reason: RelayEnd): void;
};

/** Why a relayed stream ends: no upstream has it, nobody reads it, the service stops, or our own code failed. */
export type RelayEnd = "gave-up" | "unread" | "stopped" | "failed";

/** A parent that says it tells of segments does so at the next keyframe; none are longer but by mistake. */
const MARK_WAIT_MS: Millis = 10_000;

/** One stream on its way through this node: upstream subscription, splicer, hub, and who holds on to it. */
export class RelayedStream {
	readonly hub: Hub;
	readonly #options: RelayedStreamOptions;
	readonly #splicer: Splicer;
	readonly #timeline: Timeline;
	readonly #subscription: Subscription;
	readonly #codecs = new CodecsSeen();
	readonly #history = new SwitchHistory();
	readonly #failovers: FailoverLog;
	readonly #handover: Handover;
	/** Callers that wait for the next frame. */
	#waiting: ((isFlowing: boolean) => void)[] = [];
	#holds = 0;
	#cancelKeep: Cancel | undefined;
	#over = false;

	constructor(options: RelayedStreamOptions) {
		const { clock, historyBytes, servers, standby, holdMs, patience, events, key } = options;
		this.#options = options;
		this.#handover = new Handover(clock);
		this.#failovers = new FailoverLog(clock, (news) => events.upstreamNews(key, news));
		this.hub = new Hub({
			clock,
			historyBytes,
			historyMs: HISTORY_MS,
			onMalformed: ({ kind }, reason) => events.codecHeaderMalformed(key, kind, reason),
			onReaderFailed: (error) => events.errorContained("packet-reader", error, { key }),
		});
		this.#splicer = new Splicer({
			deliver: (packet, from) => this.#deliver(packet, from),
			onSwitch: (event) => this.#onSwitch(event),
			onDiscontinuity: () => {
				this.hub.discontinuity();
				this.#timeline.discontinuity();
			},
		});
		this.#timeline = new Timeline({ segmentMs: options.segmentMs, utc: Date.now });
		this.#timeline.wait(MARK_WAIT_MS);
		this.#subscription = new Subscription({
			servers,
			standby,
			holdMs,
			patience,
			pull: (server, report) => this.#pull(server, report),
			onAirChanged: (change) => {
				events.onAirChanged(key, change);
				this.#failovers.onAir(change);
				options.onAirChanged();
			},
			onOver: () => this.end("gave-up"),
			onFailed: (error) => this.#fail(error),
		});
	}

	/** Starts to pull. It is not part of the constructor because the stream may end at once. */
	start(): void {
		this.#subscription.start();
	}

	/** The id of the server on air. */
	get upstream(): string | undefined {
		return this.#subscription.server;
	}

	/** The state of the subscription. */
	get state(): SubscriptionState {
		return this.#subscription.state;
	}

	/** Its switches between upstreams. */
	get history(): Pick<SwitchHistory, "records" | "total"> {
		return this.#history;
	}

	/** Actors that work for it. */
	get actors(): number {
		return this.#subscription.actors;
	}

	get codecs(): readonly string[] {
		return this.#codecs.all;
	}

	/**
	 * True when frames flow; false if the stream ends before. While no server is on air there are only old frames. A child would
	 * mistake them for a parent that works.
	 */
	async flowing(): Promise<boolean> {
		if (this.#over) return false;
		if (this.upstream !== undefined && this.hub.packetsIn > 0) return true;
		return await new Promise((resolve) => this.#waiting.push(resolve));
	}

	/** Keeps the stream flowing until the lease is released. */
	hold(): Lease {
		this.#holds++;
		this.#cancelKeep?.();
		let held = true;
		return {
			hub: this.hub,
			release: () => {
				if (!held) return;
				held = false;
				this.#letGo();
			},
		};
	}

	candidatesChanged(): void {
		this.#subscription.candidatesChanged();
	}

	/** Ends the stream for all its readers. */
	end(reason: RelayEnd): void {
		if (this.#over) return;
		this.#over = true;
		this.#cancelKeep?.();
		this.#subscription.stop();
		this.#handover.end();
		this.#failovers.end();
		this.#tellWaiting(false);
		this.#options.onOver(reason);
		this.hub.end(reason);
	}

	#fail(error: unknown): void {
		this.#options.events.errorContained("subscription", error, { key: this.#options.key });
		this.end("failed");
	}

	#letGo(): void {
		this.#holds--;
		if (this.#holds > 0 || this.#over) return;
		// No frame ever came, so there is nothing to keep for the next reader.
		if (this.hub.packetsIn === 0) this.end("unread");
		else this.#cancelKeep = this.#options.clock.after(this.#options.keepMs, () => this.end("unread"));
	}

	#pull(server: Candidate, report: Parameters<StartPull>[1]): Cancel {
		const { key, events, clock, pull } = this.#options;
		events.pullStarted(key, server.id);
		let isLost = false;
		const onLost = (reason: PullLoss, message: string): void => {
			isLost = true;
			events.pullLost(key, server.id, { reason, message });
			this.#failovers.lost(server.id, reason, message);
			report({ type: "lost", reason });
			this.#handover.lost(feed);
		};
		const feed = this.#splicer.open(server.id, (failure) => {
			events.feedFailed(key, feed.id, failure);
			if (failure.isRepeated) this.end("failed");
			else onLost("protocol", `what it sent cannot be handed on: ${failure.error}`);
		});
		this.#handover.opened(feed);
		const stop = pull(server, {
			resume: () => this.#splicer.resumeToken() ?? this.#options.resume,
			onPacket: (packet) => {
				feed.push(packet, clock.now());
				this.#handover.noted();
			},
			onLive: () => {
				events.pullLive(key, server.id);
				report({ type: "live" });
			},
			onFlowing: () => {
				this.#failovers.flowing(server.id);
				report({ type: "flowing" });
			},
			onGreeted: (givesSegments) => {
				if (!givesSegments) this.#timeline.own();
			},
			onSegmentRefused: (reason) => events.segmentRefused(server.id, reason),
			onLost,
		});
		const close = (): void => {
			stop();
			try {
				feed.close(clock.now());
			} catch (error) {
				this.#fail(error);
			}
		};
		return () => {
			if (!isLost) events.pullLeft(key, server.id);
			this.#handover.leave(feed, isLost || this.#over, close);
		};
	}

	#onSwitch(exact: SwitchEvent): void {
		const event = { ...exact, gapMs: Math.round(exact.gapMs) };
		this.#history.note(event);
		this.#failovers.switched(event);
		this.#options.events.switched(this.#options.key, exact);
	}

	#deliver(packet: MediaPacket, from: object): void {
		this.#codecs.note(packet);
		this.hub.write(this.#timeline.take(packet, from));
		if (this.#waiting.length > 0) this.#tellWaiting(true);
	}

	#tellWaiting(isFlowing: boolean): void {
		for (const resolve of this.#waiting.splice(0)) resolve(isFlowing);
	}
}
