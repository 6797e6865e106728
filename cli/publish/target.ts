import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { type MeshError, PeerLostError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import type { DialOptions, RtmpCall } from "#shared/net/rtmp";
import type { RtmpUrl } from "../stream-url.ts";

/** A server that has come back is found within this time. */
const RETRY_MS: Millis = 1_000;
/** A server answers within milliseconds. One that accepts a connection and is silent for this long is frozen. */
const ANSWER_MS: Millis = 5_000;
/** Bytes that may wait for a slow server: some seconds of a stream of high quality. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

export type TargetOptions = {
	url: RtmpUrl;
	clock: Clock;
	/** With video a new connection starts at a keyframe, otherwise at any frame. */
	hasVideo: boolean;
	dial(options: DialOptions): RtmpCall;
	onPublishing(isAgain: boolean): void;
	/** Called once for each loss of the stream and each failed try. The target tries again by itself. */
	onTrouble(error: MeshError): void;
};

/** One server that gets the stream. It is dialled, and dialled again every second when the connection breaks. */
export class Target {
	readonly url: RtmpUrl;
	readonly #options: TargetOptions;
	/** Metadata and codec headers in force. A new connection starts with them. */
	readonly #opening = new Map<string, MediaPacket>();
	#call: RtmpCall | undefined;
	#isLive = false;
	#isSkipping = false;
	/** Whether anything was offered. A later connection joins a running stream. */
	#hasBegun = false;
	#inTrouble = false;
	#cancelTimer: Cancel = () => {};

	constructor(options: TargetOptions) {
		this.url = options.url;
		this.#options = options;
		this.#dial();
	}

	get isLive(): boolean {
		return this.#isLive;
	}

	/** Sends a packet, or leaves it out if the server is away or too slow. */
	offer(packet: MediaPacket): void {
		const isOpening = packet.role === "header" || packet.role === "metadata";
		if (isOpening) this.#opening.set(`${packet.kind} ${packet.role}`, packet);
		this.#hasBegun = true;
		if (!this.#call || !this.#isLive) return;
		const isFull = this.#call.queued() > MAX_QUEUED_BYTES;
		if (isFull) this.#isSkipping = true;
		if (this.#isSkipping) {
			if (isFull || !this.#canBeginWith(packet)) return;
			this.#isSkipping = false;
			for (const opening of this.#opening.values()) this.#call.send({ ...opening, time: packet.time });
		}
		this.#call.send(packet);
	}

	/** Ends the publish properly. */
	close(): void {
		this.#cancelTimer();
		this.#isLive = false;
		this.#call?.close();
	}

	#canBeginWith({ kind, role }: MediaPacket): boolean {
		return role === "keyframe" || (!this.#options.hasVideo && kind === "audio" && role === "frame");
	}

	#dial(): void {
		const { url, clock, dial } = this.#options;
		this.#call = dial({
			mode: "publish",
			host: url.host,
			port: url.port,
			app: url.app,
			name: url.name,
			tcUrl: url.tcUrl,
			onEvent: (event) => {
				if (event.type === "publishing") this.#onPublishing();
			},
			onEnd: (error) => this.#onEnd(error),
		});
		this.#cancelTimer = clock.after(ANSWER_MS, () => {
			this.#call?.close();
			this.#onEnd(new PeerLostError("the server accepts the connection and does not answer"));
		});
	}

	#onPublishing(): void {
		if (this.#isLive) return;
		this.#cancelTimer();
		this.#isLive = true;
		this.#isSkipping = this.#hasBegun;
		this.#options.onPublishing(this.#inTrouble);
		this.#inTrouble = false;
	}

	#onEnd(error: MeshError): void {
		this.#cancelTimer();
		this.#isLive = false;
		this.#call = undefined;
		if (!this.#inTrouble) this.#options.onTrouble(error);
		this.#inTrouble = true;
		this.#cancelTimer = this.#options.clock.after(RETRY_MS, () => this.#dial());
	}
}
