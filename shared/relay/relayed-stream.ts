import type { Lease } from "#shared/catalog";
import type { Cancel, Clock, Millis } from "#shared/clock";
import { CodecsSeen } from "#shared/flv";
import type { MediaPacket, StreamKey } from "#shared/media";
import type { Events } from "#shared/runtime";
import { Splicer } from "#shared/splice";
import { Hub } from "#shared/stream";
import { type Candidate, type PullLoss, type StartPull, Subscription, type SubscriptionInput } from "#shared/upstream";

/** Dials a candidate and feeds what comes; see `pull`. */
export type Puller = (
	candidate: Candidate,
	to: { onPacket(packet: MediaPacket): void; onLive(): void; onLost(reason: PullLoss, message: string): void },
) => Cancel;

export type RelayedStreamOptions = SubscriptionInput & {
	key: StreamKey;
	clock: Clock;
	historyBytes: number;
	/** The stream goes on this long after the last reader left. */
	keepMs: Millis;
	pull: Puller;
	events: Events;
	/** It is over: forget it. Comes once. */
	onOver(reason: "gave-up" | "unread" | "stopped"): void;
};

/** One stream on its way through this node: upstream subscription, splicer, hub, and who holds on to it. */
export class RelayedStream {
	readonly hub: Hub;
	readonly #options: RelayedStreamOptions;
	readonly #splicer: Splicer;
	readonly #subscription: Subscription;
	readonly #codecs = new CodecsSeen();
	#holds = 0;
	#cancelKeep: Cancel | undefined;
	#onAir: string | undefined;
	#lastLoss: string = "first";
	#feeds = 0;
	#over = false;
	#flowing: { wait: Promise<boolean>; settle(isFlowing: boolean): void };

	constructor(options: RelayedStreamOptions) {
		const { clock, historyBytes, choose, patience } = options;
		this.#options = options;
		this.hub = new Hub({ clock, historyBytes });
		this.#splicer = new Splicer({ deliver: (packet) => this.#deliver(packet) });
		this.#flowing = deferred();
		this.#subscription = new Subscription({
			choose,
			patience,
			pull: (candidate, report) => this.#pull(candidate, report),
			onOver: () => this.end("gave-up"),
		});
	}

	/** The upstream in use or being dialled. */
	get upstream(): Candidate | undefined {
		return this.#subscription.current;
	}

	/** Where the subscription stands, as a word. */
	get state(): string {
		return this.#subscription.state;
	}

	get codecs(): readonly string[] {
		return this.#codecs.all;
	}

	/** True once media flowed, false where the stream is over before. */
	get flowing(): Promise<boolean> {
		return this.#flowing.wait;
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

	upstreamWithdrawn(): void {
		this.#subscription.currentWithdrawn();
	}

	/** Ends the stream for all its readers. */
	end(reason: "gave-up" | "unread" | "stopped"): void {
		if (this.#over) return;
		this.#over = true;
		this.#cancelKeep?.();
		this.#subscription.stop();
		this.#flowing.settle(false);
		this.#options.onOver(reason);
		this.hub.end(reason);
	}

	#letGo(): void {
		this.#holds--;
		if (this.#holds > 0 || this.#over) return;
		this.#cancelKeep = this.#options.clock.after(this.#options.keepMs, () => this.end("unread"));
	}

	#pull(candidate: Candidate, report: Parameters<StartPull>[1]): Cancel {
		const { key, events, clock } = this.#options;
		events.pullStarted(key, candidate.id);
		const feed = this.#splicer.open(`${candidate.id}#${++this.#feeds}`);
		const stop = this.#options.pull(candidate, {
			onPacket: (packet) => feed.push(packet, clock.now()),
			onLive: () => {
				this.#noteOnAir(candidate);
				report({ type: "live" });
			},
			onLost: (reason, message) => {
				this.#lastLoss = reason;
				events.pullLost(key, candidate.id, { reason, message });
				report({ type: "lost", reason });
			},
		});
		return () => {
			stop();
			feed.close(clock.now());
		};
	}

	#noteOnAir(candidate: Candidate): void {
		const { key, events } = this.#options;
		const from = this.#onAir;
		this.#onAir = candidate.id;
		events.pullLive(key, candidate.id);
		if (from !== undefined) events.switched(key, { from, to: candidate.id, cause: this.#lastLoss });
	}

	#deliver(packet: MediaPacket): void {
		this.#codecs.note(packet);
		this.hub.write(packet);
		this.#flowing.settle(true);
	}
}

function deferred(): { wait: Promise<boolean>; settle(value: boolean): void } {
	let settle: (value: boolean) => void = () => {};
	const wait = new Promise<boolean>((resolve) => {
		settle = resolve;
	});
	return { wait, settle: (value) => settle(value) };
}
