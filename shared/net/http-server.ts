import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { ConnectionLimits } from "./connection-limits.ts";
import { listen } from "./listen.ts";

/** Where routes are added; it answers from `open` on. */
export type HttpApp = FastifyInstance;

/** Requests carry no body worth the name here; headers are bounded by Node itself. */
const MAX_BODY_BYTES = 64 * 1024;
/** Requests that wait while a service opens its doors, some milliseconds after its ports; a wave of viewers fits. */
const MAX_EARLY = 1024;
/** A client has this long to send its request. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Room for the two halves of the longest stream key. */
const MAX_PARAM_LENGTH = 300;

export type HttpServerOptions = {
	host: string;
	/** 0 takes a free one. */
	port: number;
	limits: { connections: number; connectionsPerAddress: number };
	onRefused(reason: string, address: string): void;
};

/** An HTTP door. Disposing closes it and every connection. */
export interface HttpServer extends AsyncDisposable {
	readonly port: number;
	readonly app: HttpApp;
	/** Begins to answer with the routes added to `app`, also what was asked before. */
	open(): Promise<void>;
	/** Lets no connection in any more; those inside stay, and are answered. */
	refuseNew(): void;
}

/** Listens for HTTP, so that the port is known before the routes are made. Throws StartError where the address cannot be had. */
export async function listenHttp(options: HttpServerOptions): Promise<HttpServer> {
	const { limits } = options;
	const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, noDelay: true });
	const counts = new ConnectionLimits({ total: limits.connections, perAddress: limits.connectionsPerAddress });
	server.on("connection", (socket: Socket) => {
		const address = socket.remoteAddress ?? "unknown";
		const refusal = counts.enter(address);
		if (!refusal) return void socket.once("close", () => counts.leave(address));
		socket.destroy();
		options.onRefused(refusal, address);
	});
	const early: Parameters<RequestListener>[] = [];
	const hold: RequestListener = (request, response) => {
		if (early.length < MAX_EARLY) early.push([request, response]);
		else response.writeHead(503).end("starting\n");
	};
	server.on("request", hold);

	const app = fastify({
		bodyLimit: MAX_BODY_BYTES,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
		serverFactory: (handler) => {
			server.on("request", (request, response) => {
				if (server.listenerCount("request") === 1) handler(request, response);
			});
			return server;
		},
	});
	app.setNotFoundHandler((request, reply) =>
		reply
			.code(404)
			.type("text/plain")
			.send(`there is nothing at ${request.url.slice(0, 200)}\n`),
	);
	const port = await listen(server, "http", options.host, options.port);
	return {
		port,
		app,
		async open() {
			await app.ready();
			server.off("request", hold);
			for (const [request, response] of early.splice(0)) {
				if (!request.socket.destroyed) server.emit("request", request, response);
			}
		},
		refuseNew: () => void server.close(),
		async [Symbol.asyncDispose]() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await app.close();
			await closed;
		},
	};
}
