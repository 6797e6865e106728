import type { Cancel, Clock, Millis } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import { encode } from "./codec.ts";
import {
	type AddStream,
	type Alive,
	type Gone,
	MAX_REASON_LENGTH,
	MAX_STREAMS_PER_NODE,
	type NodeInfo,
	type RegisterPage,
	type RemoveStream,
	type StreamInfo,
	streamInfo,
} from "./messages.ts";
import { paged } from "./paged.ts";
import { sameStream } from "./stream-table.ts";
import type { Subjects } from "./subjects.ts";

/** A sign of life each second. */
export const ALIVE_EVERY: Millis = 1_000;
/** Changes that come in a burst share one sign of life. */
const ALIVE_AT_MOST_EVERY: Millis = 100;
/** Bytes for the field names and the framing of one stream in MessagePack, rounded up. */
const STREAM_OVERHEAD = 40;

/** What an announcer needs. */
export type AnnouncerPort = {
	/** Called for every sign of life. */
	readonly load: () => number;
	readonly publish: (subject: string, payload: Uint8Array) => void;
	/** Called for a stream that others would refuse. It is left out. */
	readonly refused: (stream: StreamInfo, why: "invalid" | "full") => void;
};

/** Tells others what this node is and has: signs of life, addStream, removeStream, and the answer to `register`. */
export class Announcer {
	readonly #self: NodeInfo;
	readonly #subjects: Subjects;
	readonly #clock: Clock;
	readonly #port: AnnouncerPort;
	readonly #streams = new Map<StreamKey, StreamInfo>();
	#seq = 0;
	#draining = false;
	#pages: readonly Uint8Array[] | undefined;
	#saidAt: Millis = Number.NEGATIVE_INFINITY;
	#next: { readonly at: Millis; readonly cancel: Cancel } | undefined;

	constructor(self: NodeInfo, subjects: Subjects, clock: Clock, port: AnnouncerPort) {
		this.#self = self;
		this.#subjects = subjects;
		this.#clock = clock;
		this.#port = port;
	}

	announce(stream: StreamInfo): void {
		const known = this.#streams.get(stream.key);
		if (known && sameStream(known, stream)) return;
		const isFull = !known && this.#streams.size >= MAX_STREAMS_PER_NODE;
		if (isFull || !streamInfo.safeParse(stream).success) {
			this.#port.refused(stream, isFull ? "full" : "invalid");
			return;
		}
		this.#streams.set(stream.key, { ...stream, hops: [...stream.hops], codecs: [...stream.codecs] });
		const seq = this.#changed();
		this.#send(this.#subjects.addStream(this.#self.id), {
			incarnation: this.#self.incarnation,
			seq,
			stream,
		} satisfies AddStream);
	}

	withdraw(key: StreamKey, reason: string): void {
		if (!this.#streams.delete(key)) return;
		const seq = this.#changed();
		this.#send(this.#subjects.removeStream(this.#self.id), {
			incarnation: this.#self.incarnation,
			seq,
			key,
			reason: reason.slice(0, MAX_REASON_LENGTH),
		} satisfies RemoveStream);
	}

	setDraining(draining: boolean): void {
		if (draining === this.#draining) return;
		this.#draining = draining;
		this.saySoon();
	}

	/** Sends a sign of life within a tenth of a second. */
	saySoon(): void {
		this.#sayWithin(ALIVE_AT_MOST_EVERY);
	}

	/** Sends a sign of life now, and then each second. */
	sayAlive(): void {
		this.#next?.cancel();
		this.#next = undefined;
		this.#saidAt = this.#clock.now();
		this.#port.publish(this.#subjects.alive(this.#self.id), this.alive());
		this.#sayWithin(ALIVE_EVERY);
	}

	/** The present sign of life. */
	alive(): Uint8Array {
		return encode({
			node: this.#self,
			seq: this.#seq,
			streams: this.#streams.size,
			load: Math.min(Math.max(this.#port.load(), 0), 1),
			draining: this.#draining,
		} satisfies Alive);
	}

	/** The answer to `register`: all streams at one moment. It is made once per change, however many nodes ask. */
	pages(): readonly Uint8Array[] {
		this.#pages ??= this.#encodePages();
		return this.#pages;
	}

	/** Says goodbye and stops. */
	close(): void {
		this.#next?.cancel();
		this.#next = undefined;
		this.#send(this.#subjects.gone(this.#self.id), { incarnation: this.#self.incarnation } satisfies Gone);
	}

	// The sign of life waits at least until the next microtask, so that the change itself always goes out first.
	#changed(): number {
		this.#pages = undefined;
		this.saySoon();
		return ++this.#seq;
	}

	#sayWithin(span: Millis): void {
		const now = this.#clock.now();
		const at = Math.max(now, this.#saidAt + span);
		if (this.#next && this.#next.at <= at) return;
		this.#next?.cancel();
		this.#next = { at, cancel: this.#clock.after(at - now, () => this.sayAlive()) };
	}

	#send(subject: string, message: object): void {
		this.#port.publish(subject, encode(message));
	}

	#encodePages(): Uint8Array[] {
		const parts = [...paged(this.#streams.values(), sizeOf)];
		return parts.map((streams, page) =>
			encode({ node: this.#self, seq: this.#seq, page, pages: parts.length, streams } satisfies RegisterPage),
		);
	}
}

/** An upper bound in bytes: what passed the schema is ASCII, and a text of that length has at most two bytes of framing. */
function sizeOf({ key, hops, codecs, since }: StreamInfo): number {
	const listed = [...hops, ...codecs].reduce((sum, text) => sum + text.length + 2, 0);
	return STREAM_OVERHEAD + key.length + since.length + listed;
}
