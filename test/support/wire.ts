import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP connection's way to a server, which can be cut or made a black hole. Disposing ends it. */
export class Wire implements AsyncDisposable {
	/** `host:port` to dial instead of the server. */
	readonly address: string;
	readonly #server: Server;
	readonly #pairs = new Set<readonly [Socket, Socket]>();
	#state: "whole" | "cut" | "black-hole" = "whole";

	/** Leads to `host:port`. */
	static async open(host: string, port: number): Promise<Wire> {
		const server = createServer();
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return new Wire(server, host, port);
	}

	constructor(server: Server, host: string, port: number) {
		this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
		this.#server = server;
		server.on("connection", (near) => this.#admit(near, host, port));
	}

	get isWhole(): boolean {
		return this.#state === "whole";
	}

	/** Ends all connections and lets none through. */
	cut(): void {
		this.#state = "cut";
		for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
	}

	/** Nothing gets through any more, in either direction, and nobody is told. */
	swallow(): void {
		this.#state = "black-hole";
		for (const pair of this.#pairs) this.#hold(pair);
	}

	/** What was swallowed goes on as if nothing had been, with all that piled up. */
	release(): void {
		this.#state = "whole";
		for (const [near, far] of this.#pairs) {
			near.pipe(far);
			far.pipe(near);
		}
	}

	/** New connections get through; those that were swallowed end. */
	mend(): void {
		this.cut();
		this.#state = "whole";
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const closed = once(this.#server, "close");
		this.#server.close();
		for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
		await closed;
	}

	#admit(near: Socket, host: string, port: number): void {
		if (this.#state === "cut") {
			near.on("error", () => {});
			near.resetAndDestroy();
			return;
		}
		const far = connect({ host, port, noDelay: true });
		near.setNoDelay(true);
		const pair = [near, far] as const;
		this.#pairs.add(pair);
		near.pipe(far);
		far.pipe(near);
		for (const [one, other] of [pair, [far, near]] as const) {
			one.on("error", () => {});
			one.on("close", () => {
				// In a black hole the other end hears nothing of it; it is still ours to close.
				if (this.#state !== "black-hole") other.destroy();
				if (other.destroyed) this.#pairs.delete(pair);
			});
		}
		if (this.#state === "black-hole") this.#hold(pair);
	}

	#hold([near, far]: readonly [Socket, Socket]): void {
		near.unpipe(far);
		far.unpipe(near);
		near.pause();
		far.pause();
	}
}
