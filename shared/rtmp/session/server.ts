import { ProtocolError } from "#shared/base/errors";
import { type Amf0Object, type Amf0Value, encodeAmf0 } from "#shared/formats/amf0";
import {
	type BudgetShare,
	CHUNK_STREAM_DATA,
	MAX_MESSAGE_BYTES,
	type RawMessage,
	TYPE_COMMAND_AMF0,
	TYPE_COMMAND_AMF3,
	TYPE_DATA_AMF0,
} from "#shared/rtmp/chunk";
import { type Randoms, ServerHandshake } from "#shared/rtmp/handshake";
import {
	type Command,
	decodeCommand,
	decodeMedia,
	encodeCommand,
	encodeUserControl,
	MAX_COMMAND_BYTES,
	setPeerBandwidth,
	windowAckSize,
} from "#shared/rtmp/message";
import { Link, WINDOW_BYTES } from "./link.ts";
import { MessageStreams } from "./message-streams.ts";
import { fcCall, playerCall } from "./server-calls.ts";
import { MAX_RAW_NAME_LENGTH, type ServerEvent, type SubscribeCall } from "./server-event.ts";
import { type StatusCode, status, statusInfo } from "./status.ts";

/** A fast client calls releaseStream, FCPublish, createStream and perhaps play before its connect is answered. */
const MAX_HELD = 16;

/**
 * The server's side of one RTMP connection: bytes in, bytes and events out (RTMP 1.0 §7.2). No socket, clock or timer.
 * After every call, `take` returns the bytes to send. `push` throws ProtocolError. Then close the connection.
 */
export class ServerSession {
	#handshake: ServerHandshake | undefined = new ServerHandshake();
	#randoms: Randoms | undefined;
	/** A client that does not publish sends nothing larger than a command. */
	readonly #link = new Link(MAX_COMMAND_BYTES);
	readonly #streams = new MessageStreams();
	#connected: "no" | "asked" | "yes" | "refused" = "no";
	#connectTransaction = 1;
	#encoding = 0;
	readonly #held: RawMessage[] = [];

	get hasShakenHands(): boolean {
		return this.#handshake === undefined;
	}

	/** The random bytes of both sides, from the handshake until `connect` is answered: 3 KB that only a node proof needs. */
	get randoms(): Randoms | undefined {
		return this.#randoms;
	}

	push(bytes: Buffer): ServerEvent[] {
		let input = bytes;
		if (this.#handshake) {
			const { send, randoms, rest } = this.#handshake.push(bytes);
			if (send) this.#link.sendRaw(send);
			if (!randoms || !rest) return [];
			this.#randoms = randoms;
			this.#handshake = undefined;
			input = rest;
		}
		const events: ServerEvent[] = [];
		this.#link.read(input, (message) => this.#read(message, events));
		return events;
	}

	/** The events of messages that a client sent after `connect` without waiting for its answer. Call it after that answer. */
	more(): ServerEvent[] {
		const events: ServerEvent[] = [];
		if (this.#connected === "yes") for (const message of this.#held.splice(0)) this.#read(message, events);
		return events;
	}

	/** Counts the bytes of the client's unfinished messages in a budget, until `close`. */
	countIn(share: BudgetShare): void {
		this.#link.countIn(share);
	}

	/** The connection is gone. Frees unfinished messages. */
	close(): void {
		this.#link.close();
	}

	/** Bytes to send, in order. */
	take(): Uint8Array[] {
		return this.#link.take();
	}

	/** Sends a ping request. */
	ping(timestamp: number): void {
		this.#link.ping(timestamp);
	}

	/** Accepts the `connect`. `more` goes into the info object. */
	acceptConnect(more: Amf0Object = {}): void {
		this.#connected = "yes";
		this.#randoms = undefined;
		this.#link.send(windowAckSize(WINDOW_BYTES));
		this.#link.send(setPeerBandwidth(WINDOW_BYTES));
		this.#link.raiseChunkSize();
		const properties = { fmsVer: "FMS/3,5,7,7009", capabilities: 31, mode: 1 };
		const info = statusInfo(status.connectSuccess, "Connection succeeded.", {
			objectEncoding: this.#encoding,
			// Enhanced RTMP: frames of any codec and any number of tracks are forwarded as they came.
			fourCcList: ["*"],
			capsEx: 0x0e,
			...more,
		});
		this.#link.send(encodeCommand(0, "_result", this.#connectTransaction, properties, info));
	}

	rejectConnect(code: StatusCode, description: string): void {
		this.#connected = "refused";
		this.#link.send(encodeCommand(0, "_error", this.#connectTransaction, null, statusInfo(code, description)));
	}

	/** The answer to `fc-publish`; the description is the stream's name. */
	answerFcPublish(code: StatusCode, name: string): void {
		this.#fcStatus("onFCPublish", code, name);
	}

	answerFcUnpublish(name: string): void {
		this.#fcStatus("onFCUnpublish", status.unpublishSuccess, name);
	}

	/** The answer to `fc-subscribe`, and later the message that the stream ended. */
	answerFcSubscribe(call: SubscribeCall, code: StatusCode, name: string): void {
		this.#fcStatus(call === "FMSubscribe" ? "onFMSubscribe" : "onFCSubscribe", code, name);
	}

	answerFcUnsubscribe(name: string): void {
		this.#fcStatus("onFCUnsubscribe", status.playStop, name);
	}

	acceptPublish(streamId: number, name: string): void {
		this.#link.send(encodeUserControl({ event: "stream-begin", streamId }));
		this.onStatus(streamId, status.publishStart, name);
	}

	/** `why` is a sentence for the person at the encoder. */
	rejectPublish(streamId: number, name: string, why: string): void {
		this.endPublish(streamId);
		this.onStatus(streamId, status.publishBadName, name, why);
	}

	/** The publish on a message stream is over. Frames that still come are dropped. */
	endPublish(streamId: number): void {
		this.#streams.idle(streamId);
		this.#bound();
	}

	/** Media may follow at once. */
	acceptPlay(streamId: number, name: string): void {
		this.#link.send(encodeUserControl({ event: "stream-begin", streamId }));
		this.onStatus(streamId, status.playReset, name);
		this.onStatus(streamId, status.playStart, name);
		const payload = encodeAmf0("|RtmpSampleAccess", true, true);
		this.#link.send({ type: TYPE_DATA_AMF0, streamId, timestamp: 0, payload, chunkStream: CHUNK_STREAM_DATA });
	}

	/** `why` is a sentence for the person at the player. */
	rejectPlay(streamId: number, code: StatusCode, name: string, why: string): void {
		this.#streams.idle(streamId);
		this.onStatus(streamId, code, name, why);
	}

	/** The stream a client plays is over. */
	endPlay(streamId: number, name: string): void {
		this.#streams.idle(streamId);
		this.onStatus(streamId, status.playUnpublishNotify, name);
		this.#link.send(encodeUserControl({ event: "stream-eof", streamId }));
	}

	onStatus(streamId: number, code: StatusCode, name: string, description: string = name): void {
		this.#link.send(encodeCommand(streamId, "onStatus", 0, null, statusInfo(code, description, { details: name })));
	}

	#fcStatus(callback: string, code: StatusCode, name: string): void {
		this.#link.send(encodeCommand(0, callback, 0, null, statusInfo(code, name)));
	}

	#read(message: RawMessage, events: ServerEvent[]): void {
		if (this.#connected === "asked") this.#hold(message);
		else this.#onMessage(message, events);
	}

	/** Some encoders (the push of nginx-rtmp) send frames directly after `publish`, before it is answered. */
	#bound(): void {
		this.#link.allow(this.#streams.isPublishing ? MAX_MESSAGE_BYTES : MAX_COMMAND_BYTES);
	}

	#hold(message: RawMessage): void {
		if (this.#held.length >= MAX_HELD) {
			throw new ProtocolError("before-connect", `more than ${MAX_HELD} messages after a connect that is not answered`);
		}
		this.#held.push(message);
	}

	#onMessage(message: RawMessage, events: ServerEvent[]): void {
		if (message.type === TYPE_COMMAND_AMF0 || message.type === TYPE_COMMAND_AMF3) {
			this.#onCommand(decodeCommand(message), events);
			return;
		}
		const media = decodeMedia(message);
		const published = media && this.#streams.packet(media);
		if (published) events.push({ type: "media", ...published });
	}

	#onCommand(command: Command, events: ServerEvent[]): void {
		if (command.name === "connect") {
			events.push(this.#connect(command));
			return;
		}
		if (this.#connected !== "yes")
			throw new ProtocolError("before-connect", `${printable(command.name)} before connect`);
		const event = this.#call(command);
		if (event) events.push(event);
	}

	#connect({ transaction, object = {} }: Command): ServerEvent {
		if (this.#connected !== "no") throw new ProtocolError("connect-twice", "a second connect");
		const { app, tcUrl, objectEncoding } = object;
		if (typeof app !== "string" || app.length > MAX_RAW_NAME_LENGTH) {
			throw new ProtocolError("connect-shape", "a connect without a usable app");
		}
		this.#connected = "asked";
		this.#connectTransaction = transaction;
		this.#encoding = objectEncoding === 3 ? 3 : 0;
		return { type: "connect", app, tcUrl: typeof tcUrl === "string" ? tcUrl : "", object };
	}

	/** Handles one call. Calls that the application does not decide are answered here. */
	#call(command: Command): ServerEvent | undefined {
		const { name, transaction, args, streamId } = command;
		const fc = fcCall(command);
		if (fc) {
			this.#result(transaction, undefined);
			return fc;
		}
		switch (name) {
			case "createStream":
				this.#result(transaction, this.#streams.create());
				return undefined;
			case "releaseStream":
			case "_checkbw":
				this.#result(transaction, undefined);
				return undefined;
			case "getStreamLength":
				// A live stream has none.
				this.#result(transaction, 0);
				return undefined;
			case "publish": {
				const event = this.#streams.begin(name, streamId, args[0]);
				this.#bound();
				return event;
			}
			case "play": {
				const event = this.#streams.begin(name, streamId, args[0]);
				return event?.type === "play" && command.object ? { ...event, object: command.object } : event;
			}
			case "closeStream":
				return this.#streams.close(streamId);
			case "deleteStream":
				return this.#streams.delete(args[0]);
			default: {
				const event = playerCall(command);
				if (!event) this.#unknown(command);
				return event;
			}
		}
	}

	#result(transaction: number, value: Amf0Value): void {
		if (transaction > 0) this.#link.send(encodeCommand(0, "_result", transaction, null, value));
	}

	#unknown({ name, transaction }: Command): void {
		if (transaction <= 0) return;
		const info = statusInfo(status.callFailed, `no method named ${printable(name)}`);
		this.#link.send(encodeCommand(0, "_error", transaction, null, info));
	}
}

/** A text of the peer, cut to the length of a log line. */
const printable = (text: string): string => JSON.stringify(text.slice(0, 40));
