import type { Socket } from "node:net";
import { ProtocolError } from "#shared/base/errors";
import type { Sink } from "#shared/media/stream";
import { endNow, endSoon, failure, SocketSink } from "#shared/net/socket";
import { type ServerEvent, ServerSession } from "#shared/rtmp/session";

/** Answers and status messages that may wait for a peer that does not read. A peer with more is gone or hostile. */
const MAX_UNREAD_ANSWERS = 256 * 1024;

/** Why a connection ended: a fixed `reason` for metrics and a sentence for the log. */
export type CloseCause = { reason: string; message: string; err?: unknown };

/** Calls to the owner of a connection. `onClose` comes exactly once, last. */
export type ConnectionHandler = {
	onEvent(event: ServerEvent): void;
	onClose(cause: CloseCause): void;
};

/** One accepted RTMP connection: ties a socket to a session. Closed by `close`, by the peer, or when the peer breaks the protocol. */
export class RtmpConnection {
	readonly session = new ServerSession();
	/** Takes media that is already in wire form. */
	readonly sink: Sink;
	/** The peer's IP address. */
	readonly address: string;
	readonly #socket: Socket;
	#handler: ConnectionHandler | undefined;
	#cause: CloseCause | undefined;
	#busy = false;
	#isHeld = false;
	/** What came while it was held, in order: the rest of the events of that turn, then bytes. */
	#unheard: ServerEvent[] = [];
	#unparsed: Buffer[] = [];
	/** Bytes of answers that the kernel has not taken. Media do not count: their reader bounds them. */
	#unread = 0;

	constructor(socket: Socket) {
		this.#socket = socket;
		this.sink = new SocketSink(socket);
		this.address = socket.remoteAddress ?? "unknown";
		socket.on("data", (bytes) => this.#onData(bytes));
		socket.on("end", () => this.close({ reason: "closed", message: "the peer closed the connection" }));
		socket.on("error", (error) => this.close({ reason: "lost", message: error.message }));
		socket.on("close", () => this.close({ reason: "closed", message: "the connection is closed" }));
	}

	/** Must be called in the same turn as the connection arrives. */
	handle(handler: ConnectionHandler): void {
		this.#handler = handler;
	}

	get closed(): boolean {
		return this.#cause !== undefined;
	}

	/** Says whether it plays or publishes. A busy connection is not closed for silence. */
	busy(isBusy: boolean): void {
		this.#busy = isBusy;
	}

	get isBusy(): boolean {
		return this.#busy || this.#isHeld;
	}

	/** Bytes that have come from the peer so far. */
	get bytesRead(): number {
		return this.#socket.bytesRead;
	}

	/**
	 * Delays everything the peer sends from here on until the returned function is called; order is kept. At most one more read
	 * is taken from the socket, so a peer that sends much has to wait. A handler may call it in the middle of an event.
	 */
	hold(): () => void {
		this.#isHeld = true;
		return () => {
			if (!this.#isHeld) return;
			this.#isHeld = false;
			this.#catchUp();
		};
	}

	/** Sends what the session has to send. Call it after every answer that is given to the session outside of `onEvent`. */
	flush(): void {
		const parts = this.session.take();
		if (parts.length === 0 || this.closed) return;
		const answers = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
		this.#unread += answers.length;
		this.#socket.write(answers, () => {
			this.#unread -= answers.length;
		});
		if (this.#unread > MAX_UNREAD_ANSWERS) {
			this.destroy({ reason: "unread", message: "the peer does not read our answers" });
		}
	}

	/** Ends the connection. Bytes that were flushed before still go out, unless the peer has stopped reading. */
	close(cause: CloseCause): void {
		if (this.#cause) return;
		this.#cause = cause;
		endSoon(this.#socket, cause.message);
		this.#handler?.onClose(cause);
	}

	/** Ends the connection at once and drops what is queued. */
	destroy(cause: CloseCause): void {
		endNow(this.#socket, cause.message);
		this.close(cause);
	}

	#onData(bytes: Buffer): void {
		if (this.closed) return;
		if (this.#isHeld) {
			this.#unparsed.push(bytes);
			this.#socket.pause();
		} else this.#attempt(() => this.#hear(this.session.push(bytes)));
	}

	#catchUp(): void {
		this.#attempt(() => {
			this.#hear(this.#unheard.splice(0));
			while (!this.closed && !this.#isHeld) {
				const bytes = this.#unparsed.shift();
				if (!bytes) break;
				this.#hear(this.session.push(bytes));
			}
		});
		if (!this.closed && !this.#isHeld) this.#socket.resume();
	}

	#hear(events: readonly ServerEvent[]): void {
		for (let next = events; next.length > 0; next = this.session.more()) {
			for (let at = 0; at < next.length; at++) {
				const event = next[at];
				if (this.closed || !event) return;
				if (this.#isHeld) {
					this.#unheard = next.slice(at);
					return;
				}
				this.#handler?.onEvent(event);
			}
		}
	}

	#attempt(task: () => void): void {
		try {
			task();
			this.flush();
		} catch (error) {
			const isPeers = error instanceof ProtocolError;
			this.close(isPeers ? { reason: error.reason, message: error.message } : failure(error));
		}
	}
}
