import type { Lease, StreamSource } from "#shared/catalog";
import type { Millis } from "#shared/clock";
import type { StreamKey } from "#shared/media";
import type { RtmpConnection } from "#shared/net";
import { status } from "#shared/rtmp";
import type { Events } from "#shared/runtime";
import { findResume, type ResumeToken } from "#shared/splice";
import type { Reader, ReaderBounds } from "#shared/stream";
import { rtmpForm, type Tracks } from "./wire-forms.ts";

/** How readers are served; nodes get everything at once, whatever the delay for viewers. */
export type PlayPolicy = {
	bounds: ReaderBounds;
	viewerDelayMs(app: string): Millis;
};

export type PlayOptions = {
	key: StreamKey;
	/** The name as the player wrote it. */
	name: string;
	streamId: number;
	/** The id of the node that plays; undefined for a viewer. */
	node: string | undefined;
	/** Where the node left off, if it had the stream before. */
	resume: ResumeToken | undefined;
	connection: RtmpConnection;
	source: StreamSource;
	events: Events;
	policy: PlayPolicy;
	/** The play ended by itself; not called after `stop`. */
	onOver(): void;
};

/** One message stream that plays: waits for the stream, then reads from its hub until either side ends it. */
export class Play {
	readonly #options: PlayOptions;
	readonly #stopped = new AbortController();
	readonly #tracks: Tracks = { audio: true, video: true };
	#lease: Lease | undefined;
	#reader: Reader | undefined;

	constructor(options: PlayOptions) {
		this.#options = options;
	}

	/** Never throws: a stream that cannot be had is refused to the player. */
	async start(): Promise<void> {
		const { source, key, name, streamId, connection, events, node, resume } = this.#options;
		const lease = await source.open(key, { connection, signal: this.#stopped.signal }, resume);
		if (this.#stopped.signal.aborted) {
			lease?.release();
			return;
		}
		if (!lease) {
			events.playRefused(key, connection.address, "not-found");
			connection.session.rejectPlay(streamId, status.playNotFound, name);
			connection.flush();
			this.#options.onOver();
			return;
		}
		this.#lease = lease;
		events.playAccepted(key, connection.address, node === undefined ? "viewer" : "node");
		connection.session.acceptPlay(streamId, name);
		connection.flush();
		this.#join(resume);
	}

	/** The player is done with it, or gone. */
	stop(): void {
		this.#stopped.abort();
		this.#reader?.leave();
		this.#lease?.release();
	}

	pause(paused: boolean): void {
		const { connection, streamId, name } = this.#options;
		if (paused) this.#reader?.pause();
		else this.#reader?.resume();
		connection.session.onStatus(streamId, paused ? status.pauseNotify : status.unpauseNotify, name);
	}

	/** A track less or more: another wire form, so the reader joins anew. */
	receive(track: keyof Tracks, wanted: boolean): void {
		if (this.#tracks[track] === wanted) return;
		this.#tracks[track] = wanted;
		if (!this.#reader) return;
		this.#reader.leave();
		this.#join();
	}

	#join(resume?: ResumeToken): void {
		const { key, streamId, connection, events, policy, node, name } = this.#options;
		const hub = this.#lease?.hub;
		if (!hub) return;
		const [app = ""] = key.split("/", 1);
		this.#reader = hub.join({
			form: rtmpForm(streamId, this.#tracks),
			delayMs: node === undefined ? policy.viewerDelayMs(app) : 0,
			sink: connection,
			bounds: policy.bounds,
			resumeFrom: resume && ((packets) => findResume(resume, packets)),
			onEvict: (reason) => {
				events.readerEvicted(key, connection.address, reason);
				connection.destroy({ reason: "evicted", message: `a reader that is ${reason}` });
			},
			onEnd: () => {
				connection.session.endPlay(streamId, name);
				connection.flush();
				this.stop();
				this.#options.onOver();
			},
		});
	}
}
