import { connect, type Socket } from "node:net";

/** A TCP connection on which any bytes are sent and what comes is kept. Disposing hangs up. */
export class RawBytes implements Disposable {
	readonly received: Buffer[] = [];
	readonly closed: Promise<void>;
	readonly #socket: Socket;

	constructor(url: string) {
		const { hostname, port } = new URL(url);
		this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
		this.#socket.on("data", (bytes) => this.received.push(bytes));
		this.#socket.on("error", () => {});
		this.closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
	}

	get isClosed(): boolean {
		return this.#socket.closed;
	}

	/** Sends bytes, once the connection is there. */
	send(bytes: Uint8Array | string): void {
		this.#socket.write(bytes);
	}

	/** Says that nothing more will come. */
	end(): void {
		this.#socket.end();
	}

	[Symbol.dispose](): void {
		this.#socket.destroy();
	}
}
