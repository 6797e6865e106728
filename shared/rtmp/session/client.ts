import { ProtocolError } from "#shared/base/errors";
import { type Amf0Object, isAmf0Object } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";
import { type RawMessage, TYPE_COMMAND_AMF0, TYPE_COMMAND_AMF3 } from "#shared/rtmp/chunk";
import { ClientHandshake, type Randoms } from "#shared/rtmp/handshake";
import {
	type Command,
	decodeCommand,
	decodeMedia,
	encodeCommand,
	encodeUserControl,
	MediaUnwrapper,
	windowAckSize,
	writeMedia,
} from "#shared/rtmp/message";
import { Link, WINDOW_BYTES } from "./link.ts";
import { status } from "./status.ts";

/** The events of a connection that we opened. After `refused` or `ended` it can only be closed. */
export type ClientEvent =
	/** The server accepted `connect`. `info` is its info object. Play or publish is already sent. */
	| { type: "connected"; info: Amf0Object }
	| { type: "playing" }
	| { type: "publishing" }
	| { type: "refused"; code: string; description: string }
	| { type: "ended"; code: string }
	| { type: "media"; packet: MediaPacket };

/** What to do on the server, once. */
export type ClientOptions = {
	mode: "play" | "publish";
	app: string;
	tcUrl: string;
	name: string;
	/** Sign the handshake as a player does. */
	digest?: boolean;
	/** Further properties for the `connect` command. Called when the random bytes of the handshake are known. */
	credentials?: (randoms: Randoms) => Amf0Object;
	/** Called when the server answers `connect`. A returned complaint (one sentence) ends the session before anything else is sent. */
	checkServer?: (info: Amf0Object, randoms: Randoms) => string | undefined;
	/** The command object of `play`. Default: null, as players send it. */
	playObject?: () => Amf0Object | null;
};

const TRANSACTION = { connect: 1, releaseStream: 2, fcPublish: 3, createStream: 4, start: 5 } as const;
const BUFFER_MS = 100;

/**
 * The client's side of one RTMP connection that plays or publishes one stream: bytes in, bytes and events out.
 * Call `start` first. After every call, `take` returns the bytes to send. `push` throws ProtocolError.
 */
export class ClientSession {
	#handshake: ClientHandshake | undefined;
	#randoms: Randoms | undefined;
	readonly #options: ClientOptions;
	readonly #link = new Link();
	#media = new MediaUnwrapper();
	#streamId = 0;
	/** The state of the conversation. Answers out of order are ignored, because they would bypass `checkServer`. */
	#phase: "connecting" | "creating" | "started" = "connecting";

	constructor(options: ClientOptions) {
		this.#options = options;
		this.#handshake = new ClientHandshake({ digest: options.digest ?? true });
	}

	start(): void {
		if (this.#handshake) this.#link.sendRaw(this.#handshake.start());
	}

	take(): Uint8Array[] {
		return this.#link.take();
	}

	push(bytes: Buffer): ClientEvent[] {
		let input = bytes;
		if (this.#handshake) {
			const { send, randoms, rest } = this.#handshake.push(bytes);
			if (send) this.#link.sendRaw(send);
			if (!randoms || !rest) return [];
			this.#randoms = randoms;
			this.#handshake = undefined;
			this.#connect(randoms);
			input = rest;
		}
		const events: ClientEvent[] = [];
		for (const message of this.#link.push(input)) this.#onMessage(message, events);
		return events;
	}

	/** Appends a packet for the server to `into`; only while publishing. The payload is not copied. */
	writeMedia(packet: MediaPacket, into: Uint8Array[]): void {
		writeMedia(packet, this.#streamId, into);
	}

	/** Ends the publish or play properly. */
	finish(): void {
		if (this.#phase !== "started") return;
		if (this.#options.mode === "publish") this.#link.send(encodeCommand(0, "FCUnpublish", 0, null, this.#options.name));
		this.#link.send(encodeCommand(0, "deleteStream", 0, null, this.#streamId));
	}

	#connect(randoms: Randoms): void {
		const { app, tcUrl, mode, credentials } = this.#options;
		this.#link.raiseChunkSize();
		const object: Amf0Object = {
			app,
			type: "nonprivate",
			flashVer: mode === "publish" ? "FMLE/3.0 (compatible; Millrace)" : "LNX 9,0,124,2",
			tcUrl,
			fpad: false,
			capabilities: 239,
			audioCodecs: 4095,
			videoCodecs: 252,
			videoFunction: 1,
			objectEncoding: 0,
			fourCcList: ["*"],
			capsEx: 0x0e,
			...credentials?.(randoms),
		};
		this.#link.send(encodeCommand(0, "connect", TRANSACTION.connect, object));
	}

	#onMessage(message: RawMessage, events: ClientEvent[]): void {
		if (message.type === TYPE_COMMAND_AMF0 || message.type === TYPE_COMMAND_AMF3) {
			this.#onCommand(decodeCommand(message), events);
			return;
		}
		const media = this.#phase === "started" && this.#options.mode === "play" ? decodeMedia(message) : undefined;
		if (media) events.push({ type: "media", packet: this.#media.packet(media) });
	}

	#onCommand(command: Command, events: ClientEvent[]): void {
		switch (command.name) {
			case "_result":
				this.#onResult(command, events);
				return;
			case "_error":
				this.#onError(command, events);
				return;
			case "onStatus":
				this.#onStatus(infoOf(command), events);
				return;
			default:
		}
	}

	#onResult(command: Command, events: ClientEvent[]): void {
		const { transaction } = command;
		if (this.#phase === "connecting" && transaction === TRANSACTION.connect) this.#onConnected(infoOf(command), events);
		else if (this.#phase === "creating" && transaction === TRANSACTION.createStream) this.#onStream(command);
	}

	#onConnected(info: Amf0Object, events: ClientEvent[]): void {
		const { mode, name, checkServer } = this.#options;
		const complaint = this.#randoms && checkServer?.(info, this.#randoms);
		if (complaint) throw new ProtocolError("node-proof", complaint);
		this.#phase = "creating";
		events.push({ type: "connected", info });
		this.#link.send(windowAckSize(WINDOW_BYTES));
		if (mode === "publish") {
			this.#link.send(encodeCommand(0, "releaseStream", TRANSACTION.releaseStream, null, name));
			this.#link.send(encodeCommand(0, "FCPublish", TRANSACTION.fcPublish, null, name));
		}
		this.#link.send(encodeCommand(0, "createStream", TRANSACTION.createStream, null));
	}

	#onStream({ args }: Command): void {
		const { mode, name } = this.#options;
		const [streamId] = args;
		if (typeof streamId !== "number" || streamId !== streamId >>> 0) {
			throw new ProtocolError("create-stream", "a createStream answer without a usable stream id");
		}
		this.#streamId = streamId;
		this.#phase = "started";
		if (mode === "publish") {
			this.#link.send(encodeCommand(streamId, "publish", TRANSACTION.start, null, name, "live"));
			return;
		}
		this.#link.send(
			encodeCommand(streamId, "play", TRANSACTION.start, this.#options.playObject?.() ?? null, name, -1000),
		);
		this.#link.send(encodeUserControl({ event: "set-buffer-length", streamId, milliseconds: BUFFER_MS }));
	}

	#onError(command: Command, events: ClientEvent[]): void {
		const { connect, createStream, start } = TRANSACTION;
		const fatal: readonly number[] = [connect, createStream, start];
		if (fatal.includes(command.transaction)) events.push(refusal(infoOf(command)));
	}

	#onStatus(info: Amf0Object, events: ClientEvent[]): void {
		const code = this.#phase === "started" ? info["code"] : undefined;
		if (code === status.playStart) events.push({ type: "playing" });
		else if (code === status.publishStart) events.push({ type: "publishing" });
		else if (code === status.playUnpublishNotify || code === status.playStop) events.push({ type: "ended", code });
		else if (info["level"] === "error") events.push(refusal(info));
	}
}

function infoOf({ args }: Command): Amf0Object {
	const [info] = args;
	return isAmf0Object(info) ? info : {};
}

/** The reason that a server gives, cut to the length of a log line. */
const refusal = ({ code, description }: Amf0Object): ClientEvent => ({
	type: "refused",
	code: typeof code === "string" ? code.slice(0, 100) : "unknown",
	description: typeof description === "string" ? description.slice(0, 200) : "",
});
