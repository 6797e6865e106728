import type { Clock, Millis } from "#shared/base/clock";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type Identity, resumeAsked, segmentsAsked } from "#shared/mesh/node-link";
import type { RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";
import { type ServerEvent, status } from "#shared/rtmp/session";
import { Play } from "./play.ts";
import { asCalled, sentenceOf } from "./refusal.ts";
import type { TimeShifts } from "./time-shift.ts";
import type { Tracks } from "./wire-forms.ts";

export type PlayingOptions = {
	self: Identity;
	/** What this service is, for the words to those who are at the wrong door. */
	role: string;
	clock: Clock;
	source: StreamSource;
	/** `nodes` where only nodes may play once there is a cluster key. */
	players: "anyone" | "nodes";
	policy: PlayPolicy;
	events: Events;
};

/** The playing half of one connection's conversation. */
export class Playing {
	readonly #connection: RtmpConnection;
	readonly #options: PlayingOptions;
	readonly #shifts: TimeShifts;
	readonly #plays = new Map<number, Play>();
	readonly #onIdle: () => void;

	/** `shifts` are the door's; `onIdle` tells that a play ended by itself. */
	constructor(connection: RtmpConnection, options: PlayingOptions, shifts: TimeShifts, onIdle: () => void) {
		this.#connection = connection;
		this.#options = options;
		this.#shifts = shifts;
		this.#onIdle = onIdle;
	}

	get isEmpty(): boolean {
		return this.#plays.size === 0;
	}

	/** `node` is the id of the node at the other end; undefined for a viewer. */
	begin(app: string, asked: Extract<ServerEvent, { type: "play" }>, node: string | undefined): void {
		const { name, streamId, object } = asked;
		const { events, source, policy, role, clock } = this.#options;
		const key = streamKey(app, name);
		const refusal = key ? this.#whyNot(key, node) : "bad-name";
		if (refusal || !key) {
			this.#refuse(key ?? asCalled(app, name), refusal ?? "bad-name", streamId, name);
			return;
		}
		const shifts = this.#shifts;
		const connection = this.#connection;
		connection.busy(true);
		const onOver = (): void => {
			this.#plays.delete(streamId);
			this.#onIdle();
		};
		const resume = node === undefined ? undefined : resumeAsked(object);
		const readsSegments = node !== undefined && segmentsAsked(object);
		const about = { key, name, streamId, node, resume, readsSegments, onOver };
		const play = new Play({ ...about, connection, source, events, policy, role, clock, shifts });
		this.#plays.set(streamId, play);
		play.start().catch((error) => connection.close(failure(error)));
	}

	pause(streamId: number, paused: boolean): void {
		this.#plays.get(streamId)?.pause(paused);
	}

	receive(streamId: number, track: keyof Tracks, wanted: boolean): void {
		this.#plays.get(streamId)?.receive(track, wanted);
	}

	seek(streamId: number, at: Millis | undefined): void {
		this.#plays.get(streamId)?.seek(at);
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

	#whyNot(key: StreamKey, node: string | undefined): "nodes-only" | "loop" | undefined {
		const { players, self, source } = this.#options;
		if (players === "nodes" && self.key !== undefined && node === undefined) return "nodes-only";
		if (node !== undefined && source.hops(key).includes(node)) return "loop";
		return undefined;
	}

	#refuse(stream: string, refusal: "bad-name" | "nodes-only" | "loop", streamId: number, name: string): void {
		const { events, role } = this.#options;
		const { address, session } = this.#connection;
		if (refusal === "loop") events.nodeRefused("loop", address);
		else events.playRefused(stream, address, refusal);
		const code = refusal === "nodes-only" ? status.playFailed : status.playNotFound;
		session.rejectPlay(streamId, code, name, sentenceOf(refusal, stream, role));
	}
}
