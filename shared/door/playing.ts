import type { StreamSource } from "#shared/catalog";
import { type Identity, resumeAsked } from "#shared/link";
import { type StreamKey, streamKey } from "#shared/media";
import type { RtmpConnection } from "#shared/net";
import { type ServerEvent, status } from "#shared/rtmp";
import type { Events } from "#shared/runtime";
import { Play, type PlayPolicy } from "./play.ts";

export type PlayingOptions = {
	self: Identity;
	source: StreamSource;
	/** `nodes` where only nodes may play once there is a cluster key. */
	players: "anyone" | "nodes";
	policy: PlayPolicy;
	events: Events;
};

type Refusal = "bad-name" | "nodes-only" | "loop";

/** The playing half of one connection's conversation. */
export class Playing {
	readonly #connection: RtmpConnection;
	readonly #options: PlayingOptions;
	readonly #plays = new Map<number, Play>();
	readonly #onIdle: () => void;

	/** `onIdle` tells that a play ended by itself. */
	constructor(connection: RtmpConnection, options: PlayingOptions, onIdle: () => void) {
		this.#connection = connection;
		this.#options = options;
		this.#onIdle = onIdle;
	}

	get isEmpty(): boolean {
		return this.#plays.size === 0;
	}

	/** `node` is the id of the node at the other end; undefined for a viewer. */
	begin(app: string, asked: Extract<ServerEvent, { type: "play" }>, node: string | undefined): void {
		const { name, streamId, object } = asked;
		const { events, source, policy } = this.#options;
		const key = streamKey(app, name);
		const refusal = this.#whyNot(key, node);
		if (refusal || !key) {
			this.#refuse(`${app}/${name}`.slice(0, 200), refusal ?? "bad-name", streamId, name);
			return;
		}
		const connection = this.#connection;
		connection.busy(true);
		const onOver = (): void => {
			this.#plays.delete(streamId);
			this.#onIdle();
		};
		const resume = node === undefined ? undefined : resumeAsked(object);
		const play = new Play({ key, name, streamId, node, resume, connection, source, events, policy, onOver });
		this.#plays.set(streamId, play);
		play.start().catch(() => play.stop());
	}

	pause(streamId: number, paused: boolean): void {
		this.#plays.get(streamId)?.pause(paused);
	}

	receive(streamId: number, track: "audio" | "video", wanted: boolean): void {
		this.#plays.get(streamId)?.receive(track, wanted);
	}

	endStream(streamId: number): void {
		this.#plays.get(streamId)?.stop();
		this.#plays.delete(streamId);
	}

	/** The connection is gone. */
	drop(): void {
		for (const play of this.#plays.values()) play.stop();
		this.#plays.clear();
	}

	#whyNot(key: StreamKey | undefined, node: string | undefined): Refusal | undefined {
		const { players, self, source } = this.#options;
		if (!key) return "bad-name";
		if (players === "nodes" && self.key !== undefined && node === undefined) return "nodes-only";
		if (node !== undefined && source.hops(key).includes(node)) return "loop";
		return undefined;
	}

	#refuse(key: string, refusal: Refusal, streamId: number, name: string): void {
		const { events } = this.#options;
		const { address, session } = this.#connection;
		if (refusal === "loop") events.nodeRefused("loop", address);
		else events.playRefused(key, address, refusal);
		session.rejectPlay(streamId, refusal === "nodes-only" ? status.playFailed : status.playNotFound, name);
	}
}
