import { connect, type Socket } from "node:net";
import { classify, FlvReader, unwrapTime } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { ClientSession } from "#shared/rtmp/session";

/** The ways a viewer reads a stream. */
export const DOORS = ["rtmp", "http-flv"] as const;
export type Door = (typeof DOORS)[number];

/** One read takes this much at most. */
const READ_BYTES = 64 * 1024;

/** What turns the bytes of one door into packets; `send` answers where the protocol wants it. */
type Decoder = { begin(send: (bytes: Uint8Array) => void): void; push(bytes: Buffer): MediaPacket[] };

/**
 * A viewer that reads from its socket when, and as much as, the test says: what it does not read stays in the kernel and then in
 * the server's queue. Disposing hangs up.
 */
export class SlowReader implements Disposable {
	readonly packets: MediaPacket[] = [];
	readonly #socket: Socket;
	readonly #decoder: Decoder;
	#pace: "fast" | "by-hand" = "fast";
	#isClosed = false;
	/** Of the buffer for the read after the next one. */
	#size = READ_BYTES;

	/** `where` has the doors of a node. */
	constructor(where: { rtmp: string; http: string }, door: Door, name: string) {
		const url = new URL(door === "rtmp" ? where.rtmp : where.http);
		this.#decoder = door === "rtmp" ? rtmpDecoder(where.rtmp, name) : flvDecoder(name);
		this.#socket = connect({
			host: url.hostname,
			port: Number(url.port),
			noDelay: true,
			onread: {
				buffer: () => Buffer.allocUnsafeSlow(this.#size),
				callback: (count, buffer) => this.#onRead(Buffer.from(buffer.buffer, buffer.byteOffset, count)),
			},
		});
		this.#socket.on("connect", () => this.#decoder.begin((bytes) => this.#send(bytes)));
		this.#socket.on("error", () => {});
		this.#socket.on("close", () => {
			this.#isClosed = true;
		});
	}

	/** The server, or the test, has hung up and all that came before was read. */
	get isClosed(): boolean {
		return this.#isClosed;
	}

	/** Reads no more until told to. */
	stop(): void {
		this.#pace = "by-hand";
		this.#socket.pause();
	}

	/** Reads once, and then no more: `bytes` at most, but for the first time after another pace. */
	sip(bytes: number): void {
		this.#pace = "by-hand";
		this.#size = bytes;
		this.#socket.resume();
	}

	/** Reads all that comes. */
	go(): void {
		this.#pace = "fast";
		this.#size = READ_BYTES;
		this.#socket.resume();
	}

	[Symbol.dispose](): void {
		this.#socket.destroy();
	}

	#onRead(bytes: Buffer): boolean {
		this.packets.push(...this.#decoder.push(bytes));
		// Not to go on reading takes both: the answer for this read, and the pause for the next.
		if (this.#pace === "by-hand") this.#socket.pause();
		return this.#pace === "fast";
	}

	#send(bytes: Uint8Array): void {
		if (!this.#socket.destroyed) this.#socket.write(bytes);
	}
}

function rtmpDecoder(url: string, name: string): Decoder {
	const session = new ClientSession({ mode: "play", app: "live", tcUrl: `${url}/live`, name });
	let send: (bytes: Uint8Array) => void = () => {};
	const flush = (): void => {
		for (const bytes of session.take()) send(bytes);
	};
	return {
		begin(to) {
			send = to;
			session.start();
			flush();
		},
		push(bytes) {
			const events = session.push(bytes);
			flush();
			return events.flatMap((event) => (event.type === "media" ? [event.packet] : []));
		},
	};
}

function flvDecoder(name: string): Decoder {
	const reader = new FlvReader();
	let previous: number | undefined;
	/** The head of the answer as far as it has come; undefined behind it. */
	let head: Buffer | undefined = Buffer.alloc(0);
	return {
		begin: (send) => send(Buffer.from(`GET /live/${name}.flv HTTP/1.1\r\nHost: edge\r\n\r\n`)),
		push(bytes) {
			let body = bytes;
			if (head) {
				head = Buffer.concat([head, bytes]);
				const end = head.indexOf("\r\n\r\n");
				if (end < 0) return [];
				body = head.subarray(end + 4);
				head = undefined;
			}
			return reader.push(body).map(({ kind, time: wire, payload }) => {
				const time = unwrapTime(previous, wire);
				previous = time;
				return { kind, role: classify(kind, payload), time, payload };
			});
		},
	};
}
