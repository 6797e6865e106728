import { type StreamKey, streamKey } from "#shared/base/names";
import type { StreamSource } from "#shared/mesh/catalog";
import type { RtmpConnection } from "#shared/net/rtmp";
import { type SubscribeCall, status } from "#shared/rtmp/session";
import { guarded } from "./guarded.ts";

/** Streams one player asks word of at once; it plays no more than it has message streams for. */
const MAX_SUBSCRIPTIONS = 64;

/** FCSubscribe and FMSubscribe on one connection: says whether a stream is there, and later that it is over. */
export class Subscribing {
	readonly #connection: RtmpConnection;
	readonly #source: StreamSource;
	readonly #gone = new AbortController();
	readonly #told = new Map<StreamKey, { call: SubscribeCall; name: string }>();
	#asking = 0;
	#stopListening: (() => void) | undefined;

	constructor(connection: RtmpConnection, source: StreamSource) {
		this.#connection = connection;
		this.#source = source;
	}

	/** Answers when it is known, at the latest when the source has waited long enough. */
	async ask(app: string, name: string, call: SubscribeCall): Promise<void> {
		const key = this.#told.size + this.#asking < MAX_SUBSCRIPTIONS ? streamKey(app, name) : undefined;
		this.#asking++;
		const isKnown =
			key !== undefined && (await this.#source.knows(key, { connection: this.#connection, signal: this.#gone.signal }));
		this.#asking--;
		if (this.#gone.signal.aborted) return;
		this.#connection.session.answerFcSubscribe(call, isKnown ? status.playStart : status.playNotFound, name);
		this.#connection.flush();
		if (!isKnown) return;
		this.#told.set(key, { call, name });
		this.#stopListening ??= this.#source.onOver(guarded(this.#connection, (over) => this.#onOver(over)));
	}

	end(app: string, name: string): void {
		const key = streamKey(app, name);
		if (key) this.#told.delete(key);
		this.#connection.session.answerFcUnsubscribe(name);
	}

	/** The connection is gone. */
	drop(): void {
		this.#gone.abort();
		this.#stopListening?.();
	}

	#onOver(key: StreamKey): void {
		const told = this.#told.get(key);
		if (!told) return;
		this.#told.delete(key);
		this.#connection.session.answerFcSubscribe(told.call, status.playUnpublishNotify, told.name);
		this.#connection.flush();
	}
}
