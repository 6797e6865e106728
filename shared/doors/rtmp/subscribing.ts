import { type StreamKey, streamKey } from "#shared/base/names";
import type { StreamSource } from "#shared/mesh/catalog";
import type { RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";
import { type SubscribeCall, status } from "#shared/rtmp/session";
import type { Asking } from "./asking.ts";
import { guarded } from "./guarded.ts";

/** Streams one player asks word of at once; it plays no more than it has message streams for. */
const MAX_SUBSCRIPTIONS = 64;

export type SubscribingOptions = { connection: RtmpConnection; source: StreamSource; asking: Asking };

/** FCSubscribe and FMSubscribe on one connection: says whether a stream is there, and later that it is over. */
export class Subscribing {
	readonly #connection: RtmpConnection;
	readonly #source: StreamSource;
	readonly #asking: Asking;
	readonly #gone = new AbortController();
	readonly #told = new Map<StreamKey, { call: SubscribeCall; name: string }>();
	#pending = 0;
	#stopListening: (() => void) | undefined;

	constructor({ connection, source, asking }: SubscribingOptions) {
		this.#connection = connection;
		this.#source = source;
		this.#asking = asking;
	}

	/** Answers when it is known, at the latest when the source has waited long enough. Who may not play hears of no stream. */
	ask(app: string, name: string, call: SubscribeCall): void {
		const key = this.#told.size + this.#pending < MAX_SUBSCRIPTIONS ? streamKey(app, name) : undefined;
		if (!key) {
			this.#answer(call, name, false);
			return;
		}
		this.#asking.ask("play", key, name, {
			allowed: () => void this.#find(key, name, call).catch((error) => this.#connection.close(failure(error))),
			refused: () => this.#answer(call, name, false),
		});
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

	async #find(key: StreamKey, name: string, call: SubscribeCall): Promise<void> {
		this.#pending++;
		const isKnown = await this.#source.knows(key, { connection: this.#connection, signal: this.#gone.signal });
		this.#pending--;
		if (this.#gone.signal.aborted) return;
		this.#answer(call, name, isKnown);
		if (!isKnown) return;
		this.#told.set(key, { call, name });
		this.#stopListening ??= this.#source.onOver(guarded(this.#connection, (over) => this.#onOver(over)));
	}

	#answer(call: SubscribeCall, name: string, isKnown: boolean): void {
		this.#connection.session.answerFcSubscribe(call, isKnown ? status.playStart : status.playNotFound, name);
		this.#connection.flush();
	}

	#onOver(key: StreamKey): void {
		const told = this.#told.get(key);
		if (!told) return;
		this.#told.delete(key);
		this.#connection.session.answerFcSubscribe(told.call, status.playUnpublishNotify, told.name);
		this.#connection.flush();
	}
}
