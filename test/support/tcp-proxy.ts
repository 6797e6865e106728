import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a client and a server and keeps what both say. Disposing cuts every connection. */
export class TcpProxy implements AsyncDisposable {
	/** The address to dial instead of the server's. */
	readonly url: string;
	/** What was said, over all connections, in order. */
	readonly said = { client: [] as Buffer[], server: [] as Buffer[] };
	readonly #server: Server;
	#isFrozen = false;
	readonly #pairs = new Set<readonly [Socket, Socket]>();

	/** `url` is that of the server: `rtmp://host:port`. */
	static async open(url: string): Promise<TcpProxy> {
		const target = new URL(url);
		const server = createServer();
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return new TcpProxy(server, target);
	}

	constructor(server: Server, target: URL) {
		const { port } = server.address() as AddressInfo;
		this.url = `${target.protocol}//127.0.0.1:${port}`;
		this.#server = server;
		server.on("connection", (near) => {
			const far = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
			near.setNoDelay(true);
			near.on("data", (bytes) => this.said.client.push(bytes));
			far.on("data", (bytes) => this.said.server.push(bytes));
			const pair = [near, far] as const;
			this.#pairs.add(pair);
			near.on("close", () => this.#pairs.delete(pair));
			if (!this.#isFrozen) {
				near.pipe(far);
				far.pipe(near);
			}
			for (const [one, other] of [
				[near, far],
				[far, near],
			] as const) {
				one.on("error", () => {});
				one.on("close", () => other.destroy());
			}
		});
	}

	/** Forwards nothing any more while every connection stays open, new ones too, as a process does that is frozen. */
	freeze(): void {
		this.#isFrozen = true;
		for (const [near, far] of this.#pairs) {
			near.unpipe(far).pause();
			far.unpipe(near).pause();
		}
	}

	/** Ends every connection; new ones are let through. */
	cut(): void {
		for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const closed = once(this.#server, "close");
		this.#server.close();
		this.cut();
		await closed;
	}
}
