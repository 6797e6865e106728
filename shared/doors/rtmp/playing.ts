import type { AccessRequest, Refusal } from "#shared/access/request";
import type { SessionRegistry } from "#shared/access/sessions";
import type { Clock, Millis } from "#shared/base/clock";
import { type StreamKey, streamKey } from "#shared/base/names";
import type { Events } from "#shared/base/runtime";
import type { Amf0Object } from "#shared/formats/amf0";
import type { PlayPolicy, StreamSource } from "#shared/mesh/catalog";
import { type Identity, resumeAsked, segmentsAsked } from "#shared/mesh/node-link";
import type { RtmpConnection } from "#shared/net/rtmp";
import { failure } from "#shared/net/socket";
import { status } from "#shared/rtmp/session";
import type { Asking } from "./asking.ts";
import { Play } from "./play.ts";
import { asCalled, wordsOf } from "./refusal.ts";
import type { TimeShifts } from "./time-shift.ts";
import type { Tracks } from "./wire-forms.ts";

export type PlayingOptions = {
	connection: RtmpConnection;
	asking: Asking;
	sessions: SessionRegistry;
	self: Identity;
	/** What this service is, for the words to those who are at the wrong door. */
	role: string;
	clock: Clock;
	source: StreamSource;
	/** `nodes` where only nodes may play once there is a cluster key. */
	players: "anyone" | "nodes";
	policy: PlayPolicy;
	events: Events;
	/** The door's. */
	shifts: TimeShifts;
	/** A play ended by itself. */
	onIdle(): void;
	/** Somebody who runs the service ended it; the peer has been told. */
	onKicked(reason: string): void;
};

type PlayRefusal = "bad-name" | "nodes-only" | "loop" | Refusal;
/** `object` is the command's. */
type Asked = { readonly streamId: number; readonly name: string; readonly object?: Amf0Object | undefined };

/** The playing half of one connection's conversation. */
export class Playing {
	readonly #connection: RtmpConnection;
	readonly #options: PlayingOptions;
	readonly #plays = new Map<number, Play>();

	constructor(options: PlayingOptions) {
		this.#connection = options.connection;
		this.#options = options;
	}

	get isEmpty(): boolean {
		return this.#plays.size === 0;
	}

	/** `node` is the id of the node at the other end; undefined for a viewer. */
	begin(app: string, asked: Asked, node: string | undefined): void {
		const { name } = asked;
		const key = streamKey(app, name);
		const refusal = key ? this.#whyNot(key, node) : "bad-name";
		if (refusal || !key) {
			this.#refuse(key ?? asCalled(app, name), refusal ?? "bad-name", asked);
			return;
		}
		this.#options.asking.ask("play", key, name, {
			allowed: (request) => this.#start(request, asked),
			refused: (denial) => this.#refuse(key, denial, asked),
		});
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

	#start(request: AccessRequest, { streamId, name, object }: Asked): void {
		const connection = this.#connection;
		const resume = request.node === undefined ? undefined : resumeAsked(object);
		const readsSegments = request.node !== undefined && segmentsAsked(object);
		const play = new Play({
			...this.#options,
			request,
			name,
			streamId,
			resume,
			readsSegments,
			onOver: () => {
				this.#plays.delete(streamId);
				this.#options.onIdle();
			},
		});
		connection.busy(true);
		this.#plays.set(streamId, play);
		play.start().catch((error) => connection.close(failure(error)));
	}

	#whyNot(key: StreamKey, node: string | undefined): "nodes-only" | "loop" | undefined {
		const { players, self, source } = this.#options;
		if (players === "nodes" && self.key !== undefined && node === undefined) return "nodes-only";
		if (node !== undefined && source.hops(key).includes(node)) return "loop";
		return undefined;
	}

	#refuse(stream: string, refusal: PlayRefusal, { streamId, name }: Asked): void {
		const { events, role } = this.#options;
		const { address, session } = this.#connection;
		const { outcome, why } = wordsOf(refusal, stream, role);
		if (outcome === "loop") events.nodeRefused("loop", address);
		else events.playRefused(stream, address, outcome);
		const isThere = outcome !== "bad-name" && outcome !== "loop";
		session.rejectPlay(streamId, isThere ? status.playFailed : status.playNotFound, name, why);
	}
}
