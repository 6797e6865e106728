import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Amf0Object, type Amf0Value, isAmf0Object } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";
import { type RawMessage, TYPE_COMMAND_AMF0 } from "#shared/rtmp/chunk";
import { ClientHandshake, type Randoms } from "#shared/rtmp/handshake";
import {
	type Command,
	decodeCommand,
	decodeMedia,
	encodeCommand,
	MediaUnwrapper,
	writeMedia,
} from "#shared/rtmp/message";
import { Link } from "../../shared/rtmp/session/link.ts";

/** An answer that a server on this machine has not given by then will not come. */
const ANSWER_WITHIN = 5_000;

type Waiting = { name: string; resolve(command: Command): void; reject(why: Error): void };

/** What `onStatus` and the FC calls say; every field is "" where the server left it out. */
export type Status = { level: string; code: string; description: string };

/** An RTMP client that says what the test tells it to, in any order. Disposing hangs up without a word. */
export class RawClient implements Disposable {
	/** Media in the order it came. */
	readonly media: MediaPacket[] = [];
	/** Every byte that was sent and received. */
	readonly wire = { sent: [] as Buffer[], received: [] as Buffer[] };
	/** Both sides' random bytes. */
	readonly randoms: Randoms;
	readonly #socket: Socket;
	readonly #link = new Link();
	readonly #times = new MediaUnwrapper();
	readonly #unheard: Command[] = [];
	readonly #waiting = new Set<Waiting>();
	readonly #closed: Promise<void>;
	#transaction = 1;
	#isClosed = false;

	/** Dials and shakes hands. Throws where the server hangs up meanwhile. */
	static async dial(url: string): Promise<RawClient> {
		const { hostname, port } = new URL(url);
		const socket = connect({ host: hostname, port: Number(port), noDelay: true });
		const handshake = new ClientHandshake({ digest: false });
		const sent: Buffer[] = [];
		const received: Buffer[] = [];
		const send = (bytes: Buffer): void => {
			sent.push(bytes);
			socket.write(bytes);
		};
		send(handshake.start());
		for (;;) {
			const [bytes] = (await Promise.race([once(socket, "data"), hangUp(socket)])) as [Buffer];
			received.push(bytes);
			const step = handshake.push(bytes);
			if (step.send) send(step.send);
			if (step.randoms && step.rest) return new RawClient(socket, step.randoms, { sent, received, rest: step.rest });
		}
	}

	/** Dials, shakes hands and connects to an app. */
	static async connect(url: string, app = "live", more: Amf0Object = {}): Promise<RawClient> {
		const client = await RawClient.dial(url);
		await client.call("connect", { app, tcUrl: `${url}/${app}`, ...more });
		return client;
	}

	constructor(socket: Socket, randoms: Randoms, so: { sent: Buffer[]; received: Buffer[]; rest: Buffer }) {
		this.#socket = socket;
		this.randoms = randoms;
		this.wire.sent.push(...so.sent);
		this.wire.received.push(...so.received);
		this.#closed = closeOf(socket).then(() => this.#onClosed());
		socket.on("error", () => {});
		socket.on("data", (bytes) => {
			this.wire.received.push(bytes);
			this.#read(bytes);
		});
		this.#read(so.rest);
	}

	/** True once the server has closed the connection. */
	get isClosed(): boolean {
		return this.#isClosed;
	}

	/** Resolves when the connection is closed. */
	get closed(): Promise<void> {
		return this.#closed;
	}

	/** Reads no more, as a peer that hangs. */
	stopReading(): void {
		this.#socket.pause();
	}

	/** Sends any bytes. */
	sendBytes(bytes: Uint8Array): void {
		this.wire.sent.push(Buffer.from(bytes));
		this.#socket.write(bytes);
	}

	/** Sends a message as it is; 128 bytes a chunk. */
	send(message: Omit<RawMessage, "timestamp"> & { timestamp?: number; chunkStream?: number }): void {
		this.#link.send({ timestamp: 0, chunkStream: 3, ...message });
		this.#flush();
	}

	/** Sends a command that wants no `_result`. */
	tell(name: string, streamId: number, ...args: Amf0Value[]): void {
		this.#link.send(encodeCommand(streamId, name, 0, null, ...args));
		this.#flush();
	}

	/** Sends a command and gives the server's `_result`; throws on `_error`, with its info as the message. */
	async call(name: string, object: Amf0Object | null, ...args: Amf0Value[]): Promise<Command> {
		const transaction = this.#transaction++;
		this.#link.send(encodeCommand(0, name, transaction, object, ...args));
		this.#flush();
		for (;;) {
			const answer = await this.heard("_");
			if (answer.transaction !== transaction) continue;
			if (answer.name === "_error") throw new Error(JSON.stringify(answer.args));
			return answer;
		}
	}

	/** A new message stream's number. */
	async createStream(): Promise<number> {
		return Number((await this.call("createStream", null)).args[0]);
	}

	/** The next command of this name that no call before has given; `_` stands for both `_result` and `_error`. Waits for it. */
	heard(name: string): Promise<Command> {
		const known = this.#unheard.findIndex((command) => matches(name, command));
		const [command] = known < 0 ? [] : this.#unheard.splice(known, 1);
		if (command) return Promise.resolve(command);
		return new Promise((resolve, reject) => {
			const fail = (why: string): void => {
				clearTimeout(timer);
				this.#waiting.delete(waiting);
				const others = this.#unheard.map((other) => other.name).join(", ") || "nothing else";
				reject(new Error(`${name} was not heard, ${why}; ${others} was`));
			};
			const timer = setTimeout(() => fail(`within ${ANSWER_WITHIN} ms`), ANSWER_WITHIN);
			const waiting: Waiting = {
				name,
				resolve: (found) => {
					clearTimeout(timer);
					resolve(found);
				},
				reject: (error) => fail(error.message),
			};
			this.#waiting.add(waiting);
			if (this.#isClosed) fail("the connection is closed");
		});
	}

	/** What the next command of this name says in its info object. */
	async status(name: string): Promise<Status> {
		const { args } = await this.heard(name);
		const info = isAmf0Object(args[0]) ? args[0] : {};
		const text = (key: string): string => (typeof info[key] === "string" ? info[key] : "");
		return { level: text("level"), code: text("code"), description: text("description") };
	}

	/** Commands of this name that came and were not asked for, once the server has answered all that was sent before. */
	async unheard(name: string): Promise<number> {
		await this.call("_checkbw", null);
		return this.#unheard.filter((command) => command.name === name).length;
	}

	/** Publishes: gives the message stream once the server said yes. */
	async publish(name: string): Promise<number> {
		const streamId = await this.createStream();
		this.tell("publish", streamId, name, "live");
		const { code, description } = await this.status("onStatus");
		if (code !== "NetStream.Publish.Start") throw new Error(`${code} ${description}`);
		return streamId;
	}

	/** Sends media on a message stream. */
	sendMedia(streamId: number, packets: readonly MediaPacket[]): void {
		this.#link.raiseChunkSize();
		this.#flush();
		const parts: Uint8Array[] = [];
		for (const packet of packets) writeMedia(packet, streamId, parts);
		this.#socket.write(Buffer.concat(parts));
	}

	[Symbol.dispose](): void {
		this.#socket.destroy();
	}

	#flush(): void {
		for (const bytes of this.#link.take()) this.sendBytes(bytes);
	}

	#read(bytes: Buffer): void {
		for (const message of this.#link.push(bytes)) {
			if (message.type === TYPE_COMMAND_AMF0) this.#hear(decodeCommand(message));
			const media = decodeMedia(message);
			if (media) this.media.push(this.#times.packet(media));
		}
		this.#flush();
	}

	#hear(command: Command): void {
		for (const waiting of this.#waiting) {
			if (!matches(waiting.name, command)) continue;
			this.#waiting.delete(waiting);
			waiting.resolve(command);
			return;
		}
		this.#unheard.push(command);
	}

	#onClosed(): void {
		this.#isClosed = true;
		for (const { reject } of [...this.#waiting]) reject(new Error("the connection is closed"));
	}
}

const matches = (name: string, command: Command): boolean =>
	name === "_" ? command.name === "_result" || command.name === "_error" : command.name === name;

const closeOf = (socket: Socket): Promise<void> =>
	new Promise((resolve) => {
		if (socket.closed) resolve();
		else socket.once("close", () => resolve());
	});

async function hangUp(socket: Socket): Promise<never> {
	await closeOf(socket);
	throw new Error("the server hung up during the handshake");
}
