import { streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import type { RtmpConnection } from "#shared/net/rtmp";
import { status } from "#shared/rtmp/session";
import type { Publication, PublishDesk } from "./publish-desk.ts";
import { asCalled, sentenceOf } from "./refusal.ts";

export type PublishingOptions = { desk?: PublishDesk; role: string; events: Events };

type Held = { publication: Publication; name: string };

/** The publishing half of one connection's conversation. */
export class Publishing {
	readonly #connection: RtmpConnection;
	readonly #desk: PublishDesk | undefined;
	readonly #role: string;
	readonly #events: Events;
	readonly #held = new Map<number, Held>();

	constructor(connection: RtmpConnection, { desk, role, events }: PublishingOptions) {
		this.#connection = connection;
		this.#desk = desk;
		this.#role = role;
		this.#events = events;
	}

	get isEmpty(): boolean {
		return this.#held.size === 0;
	}

	/** FCPublish: whether a publish would be taken; nothing is reserved. */
	announce(app: string, name: string): void {
		const key = streamKey(app, name);
		const isFree = key !== undefined && this.#desk?.isFree(key) === true;
		this.#connection.session.answerFcPublish(isFree ? status.publishStart : status.publishBadName, name);
	}

	begin(app: string, name: string, streamId: number): void {
		const { session, address } = this.#connection;
		const taken = this.#take(app, name);
		if (typeof taken === "string") {
			const stream = streamKey(app, name) ?? asCalled(app, name);
			this.#events.publishRefused(stream, address, taken);
			session.rejectPublish(streamId, name, sentenceOf(taken, stream, this.#role));
			return;
		}
		this.#held.set(streamId, { publication: taken, name });
		this.#connection.busy(true);
		session.acceptPublish(streamId, name);
	}

	write(streamId: number, packet: MediaPacket): void {
		this.#held.get(streamId)?.publication.write(packet);
	}

	/** FCUnpublish: ends what is published under this name and says so either way. */
	endNamed(app: string, name: string): void {
		const key = streamKey(app, name);
		for (const [streamId, held] of this.#held) {
			if (streamKey(app, held.name) === key) this.#end(streamId, held);
		}
		this.#connection.session.answerFcUnpublish(name);
	}

	/** closeStream and deleteStream; a stream that is not published is left alone. */
	endStream(streamId: number): void {
		const held = this.#held.get(streamId);
		if (!held) return;
		this.#end(streamId, held);
		this.#connection.session.onStatus(streamId, status.unpublishSuccess, held.name);
		this.#connection.session.answerFcUnpublish(held.name);
	}

	/** The connection is gone. */
	drop(): void {
		for (const { publication } of this.#held.values()) publication.end("dropped");
		this.#held.clear();
	}

	#take(app: string, name: string): Publication | "bad-name" | "busy" | "full" | "not-here" {
		const key = streamKey(app, name);
		if (!key) return "bad-name";
		if (!this.#desk) return "not-here";
		const publisher = {
			address: this.#connection.address,
			close: (reason: string, message: string) => this.#connection.close({ reason, message }),
		};
		return this.#desk.publish(key, publisher) ?? (this.#desk.has(key) ? "busy" : "full");
	}

	#end(streamId: number, { publication }: Held): void {
		this.#held.delete(streamId);
		this.#connection.session.endPublish(streamId);
		publication.end("clean");
	}
}
