import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { Publication, Publisher } from "#shared/doors/rtmp";
import type { MediaPacket } from "#shared/formats/packet";
import { CodecsSeen } from "#shared/media/headers";
import { type Feed, type FeedFailure, Splicer } from "#shared/media/splice";
import { HISTORY_MS, Hub, type HubOptions } from "#shared/media/stream";
import { Timeline, type TimelineAccount } from "#shared/media/timeline";
import type { Catalog, Lease } from "#shared/mesh/catalog";
import { isSegmentMessage } from "#shared/mesh/node-link";
import { Agreement, type OtherOrigins } from "./agreement.ts";
import { Silence } from "./silence.ts";

export type IngestOptions = {
	key: StreamKey;
	/** This node's id: the first of the stream's hops. */
	self: string;
	clock: Clock;
	/** The time of day: milliseconds since 1970, UTC. */
	utc(): number;
	catalog: Catalog;
	/** What its hub may hold, and whom it tells of faults. */
	hub: Pick<HubOptions, "historyBytes" | "onMalformed" | "onReaderFailed">;
	/** How long its segments are. */
	segmentMs: Millis;
	/** Who may get the same stream; nobody where left out. */
	others?: OtherOrigins | undefined;
	/** A publisher silent for this long may be replaced. */
	idleMs: Millis;
	/** Without a frame for so long the stream is offered to nobody, until the next one. */
	silentMs: Millis;
	/** How long the stream waits for a publisher whose connection dropped. */
	graceMs: Millis;
	/** A packet has come in, whatever becomes of it. */
	onPacket(packet: MediaPacket): void;
	/** The publisher sent what only nodes say to each other of segments; it is thrown away. */
	onSegmentRefused(): void;
	/** No frame comes any more; readers stay. */
	onSilent(): void;
	/** Something threw on the way of a publisher's packets, and it was sent away; where that is repeated, the stream is over. */
	onFailed(feed: string, failure: FeedFailure): void;
	/** It is over: forget it. Comes once. */
	onOver(how: "clean" | "dropped"): void;
};

type Present = { publisher: Publisher; feed: Feed; lastAt: Millis };

/**
 * One stream as it comes in: publishers follow one another, readers see one stream whose time goes on.
 * It is announced with its first frame and lasts until a publisher ends it, or none returns in time. While no frames
 * come it is not announced: there is nothing to give but old ones.
 */
export class Ingest {
	readonly hub: Hub;
	readonly #options: IngestOptions;
	readonly #splicer: Splicer;
	readonly #timeline: Timeline;
	readonly #agreement: Agreement | undefined;
	readonly #startedAt = new Date().toISOString();
	readonly #codecs = new CodecsSeen();
	readonly #silence: Silence;
	#isSilent = false;
	/** How many codecs the catalog has been told of. */
	#announced = 0;
	#present: Present | undefined;
	#cancelGrace: Cancel | undefined;
	#publishers = 0;
	#over = false;

	constructor(options: IngestOptions) {
		this.#options = options;
		this.hub = new Hub({ ...options.hub, clock: options.clock, historyMs: HISTORY_MS });
		this.#timeline = new Timeline({ segmentMs: options.segmentMs, utc: options.utc });
		this.#splicer = new Splicer({
			deliver: (packet, from) => this.#deliver(packet, from),
			onDiscontinuity: () => {
				this.hub.discontinuity();
				this.#timeline.discontinuity();
				this.#agreement?.begin();
			},
		});
		const { key, clock, others } = options;
		this.#agreement = others && new Agreement({ key, clock, others, timeline: this.#timeline });
		this.#silence = new Silence(options.clock, options.silentMs, () => this.#fallSilent());
	}

	/** Whether a publisher would be let in now. */
	get isFree(): boolean {
		return !this.#present || this.#options.clock.now() - this.#present.lastAt >= this.#options.idleMs;
	}

	/** It had frames, and has none at present. */
	get isSilent(): boolean {
		return this.#isSilent;
	}

	/** Lets a publisher in and sends a silent one away; undefined while another one is at it. */
	admit(publisher: Publisher): Publication | undefined {
		if (this.#over || !this.isFree) return undefined;
		const { clock, idleMs } = this.#options;
		const former = this.#present;
		this.#cancelGrace?.();
		const now = clock.now();
		const feed = this.#splicer.open(`publisher${++this.#publishers}`, (failure) => this.#fail(present, failure));
		const present: Present = { publisher, feed, lastAt: now };
		this.#present = present;
		if (former) {
			former.feed.close(now);
			former.publisher.close("taken-over", `silent for ${idleMs} ms, and another publisher came`);
		}
		return {
			isSilent: () => this.#isSilent,
			write: (packet) => this.#write(present, packet),
			end: (how) => this.#leave(present, how),
		};
	}

	/** What it would mean to let a publisher in now: a new stream, one that waited for its publisher, or a change of publishers. */
	get nextArrival(): "accepted" | "returned" | "taken-over" {
		if (this.#present) return "taken-over";
		return this.#publishers > 0 ? "returned" : "accepted";
	}

	/** What other origins can recognise its timeline by. */
	get account(): TimelineAccount | undefined {
		return this.#timeline.account();
	}

	hold(): Lease {
		return { hub: this.hub, release: () => {} };
	}

	end(how: "clean" | "dropped"): void {
		if (this.#over) return;
		this.#over = true;
		this.#cancelGrace?.();
		this.#silence.stop();
		this.#agreement?.end();
		this.#options.catalog.withdraw(this.#options.key, how === "clean" ? "unpublished" : "publisher lost");
		this.#options.onOver(how);
		this.hub.end(how);
	}

	#write(present: Present, packet: MediaPacket): void {
		if (this.#present !== present) return;
		this.#options.onPacket(packet);
		present.lastAt = this.#options.clock.now();
		if (isSegmentMessage(packet)) this.#options.onSegmentRefused();
		else present.feed.push({ ...packet, arrivedAt: this.#options.utc() }, present.lastAt);
	}

	#leave(present: Present, how: "clean" | "dropped"): void {
		if (this.#over || this.#present !== present) return;
		const { clock, graceMs } = this.#options;
		this.#present = undefined;
		present.feed.close(clock.now());
		if (how === "clean") this.end("clean");
		else this.#cancelGrace = clock.after(graceMs, () => this.end("dropped"));
	}

	/** Who cannot be handed on goes; where the next one cannot either, it is the stream. */
	#fail(present: Present, failure: FeedFailure): void {
		this.#options.onFailed(present.feed.id, failure);
		present.publisher.close("failed", `what it sent cannot be handed on: ${failure.error}`);
		this.#leave(present, "dropped");
		if (failure.isRepeated) this.end("dropped");
	}

	#deliver(packet: MediaPacket, from: object): void {
		this.#codecs.note(packet);
		this.hub.write(this.#timeline.take(packet, from));
		if (packet.role !== "keyframe" && packet.role !== "frame") return;
		this.#silence.break();
		this.#isSilent = false;
		this.#announce();
	}

	#fallSilent(): void {
		this.#isSilent = true;
		this.#announced = 0;
		this.#options.catalog.withdraw(this.#options.key, "silent");
		this.#options.onSilent();
	}

	/** The catalog tells others only what is new to them. */
	#announce(): void {
		const { key, self, catalog } = this.#options;
		const codecs = this.#codecs.all;
		if (codecs.length === this.#announced) return;
		this.#announced = codecs.length;
		catalog.offer({ key, hops: [self], codecs: [...codecs], since: this.#startedAt });
	}
}
