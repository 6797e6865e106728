import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { type MeshError, PeerLostError } from "#shared/base/errors";
import type { MediaPacket } from "#shared/formats/packet";
import type { DialOptions, RtmpCall } from "#shared/net/rtmp";
import type { RtmpUrl } from "../stream-url.ts";

/** A server that is back is found within this time. */
const RETRY_MS: Millis = 1_000;
/** A server answers within milliseconds; one that takes a connection and stays silent this long is frozen. */
const ANSWER_MS: Millis = 5_000;
/** Bytes on their way to a server that does not take them: some seconds of a stream of high quality. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

export type TargetOptions = {
	url: RtmpUrl;
	clock: Clock;
	/** With video a new connection begins at a keyframe, without at any frame. */
	hasVideo: boolean;
	dial(options: DialOptions): RtmpCall;
	onPublishing(isAgain: boolean): void;
	/** Once for each time the stream gets lost or cannot be brought there; it is tried again by itself. */
	onTrouble(error: MeshError): void;
};

/** One server that gets the stream: dials, and dials again each second when the connection breaks. */
export class Target {
	readonly url: RtmpUrl;
	readonly #options: TargetOptions;
	/** Metadata and codec headers in effect, which a new connection begins with. */
	readonly #opening = new Map<string, MediaPacket>();
	#call: RtmpCall | undefined;
	#isLive = false;
	#isSkipping = false;
	/** Whether anything was offered: a connection made later joins a stream under way. */
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

	/** Sends a packet, or leaves it out where the server is away or does not keep up. */
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

	/** Ends the publish in good order. */
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
			this.#onEnd(new PeerLostError("the server takes the connection and does not answer"));
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
