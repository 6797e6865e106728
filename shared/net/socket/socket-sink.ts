import type { Socket } from "node:net";
import type { Cancel, Millis } from "#shared/base/clock";
import type { Sink } from "#shared/media/stream";
import { watchPeer } from "./stalled-peers.ts";

/** A socket as the sink of a stream's reader. */
export class SocketSink implements Sink {
	readonly #socket: Socket;

	constructor(socket: Socket) {
		this.#socket = socket;
	}

	write(bytes: Uint8Array): void {
		this.#socket.write(bytes);
	}

	/** One system call for all parts. */
	writeAll(parts: readonly Uint8Array[]): void {
		this.#socket.cork();
		for (const part of parts) this.#socket.write(part);
		this.#socket.uncork();
	}

	queued(): number {
		return this.#socket.writableLength;
	}

	/** Node emits it after every queue above the high-water mark, which is at most 64 KiB. */
	onceDrained(callback: () => void): void {
		this.#socket.once("drain", callback);
	}

	notDrained(callback: () => void): void {
		this.#socket.off("drain", callback);
	}

	watch(ms: Millis, onStalled: () => void): Cancel {
		return watchPeer(this.#socket, ms, onStalled);
	}
}
