import { createServer, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { ConnectionLimits, descriptorOf, listen } from "#shared/net/socket";
import { answerErrors, answerNoPath, answerNoRequest, answerPreflight, openToPages } from "./http-answers.ts";
import { receive } from "./http-connection.ts";

export type { FastifyReply, FastifyRequest };
/** Routes are added here. It answers from `open` on. */
export type HttpApp = FastifyInstance;

/** No request here needs a larger body. Node itself bounds the headers. */
const MAX_BODY_BYTES = 64 * 1024;
/** Requests that may wait for the milliseconds between the opening of the port and of the door: enough for a wave of viewers. */
const MAX_EARLY = 1024;
/** A client has this long to send its request. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often to look for late clients. Node's default of 30 s would extend their time by as much. */
const LATE_CHECK_MS = 1_000;
/** A connection may rest this long between two requests: a player asks once a segment. */
const KEEP_ALIVE_MS = 20_000;
/** Room for the two halves of the longest stream key. */
const MAX_PARAM_LENGTH = 300;

export type HttpServerOptions = {
	/** Its name in the error if it cannot be opened. */
	name: string;
	host: string;
	/** 0 takes a free port. */
	port: number;
	/** Whether pages of any site may read its answers. */
	isForPages: boolean;
	limits: { connections: number; connectionsPerAddress: number };
	onRefused(reason: string, address: string): void;
	/** A request is not answered because its connection plays a stream. */
	onUnheard(address: string): void;
	/** A handler threw. The client was told that the server made a mistake. */
	onFailed(error: Error, path: string): void;
};

/** An HTTP door. Disposing closes it and every connection. */
export interface HttpServer extends AsyncDisposable {
	readonly port: number;
	readonly app: HttpApp;
	/** Starts to answer with the routes of `app`, also the requests that came before. */
	open(): Promise<void>;
	/** Accepts no further connections. Open connections stay and get their answers. */
	refuseNew(): void;
}

/** Listens for HTTP before the routes exist, so that the port is known to them. Throws StartError if it cannot listen at the address. */
export async function listenHttp(options: HttpServerOptions): Promise<HttpServer> {
	const { limits, isForPages } = options;
	const server = createServer({
		requestTimeout: REQUEST_TIMEOUT_MS,
		keepAliveTimeout: KEEP_ALIVE_MS,
		connectionsCheckingInterval: LATE_CHECK_MS,
		noDelay: true,
	});
	const counts = new ConnectionLimits(limits);
	server.on("connection", (socket: Socket) => {
		const address = socket.remoteAddress ?? "unknown";
		const refusal = counts.enter(address, descriptorOf(socket));
		if (!refusal) return void socket.once("close", () => counts.leave(address));
		socket.destroy();
		options.onRefused(refusal, address);
	});

	const early: Parameters<RequestListener>[] = [];
	let answer: RequestListener = (request, response) => {
		if (early.length < MAX_EARLY) early.push([request, response]);
		else response.writeHead(503).end("starting\n");
	};
	server.on("request", (request, response) => {
		const address = request.socket.remoteAddress ?? "unknown";
		const fate = receive(request, response);
		if (fate === "unheard") return options.onUnheard(address);
		if (fate === "flood") {
			if (!request.socket.destroyed) options.onRefused("pipelined", address);
			request.socket.destroy();
			return;
		}
		if (isForPages) openToPages(response);
		if (isForPages && request.method === "OPTIONS") answerPreflight(response);
		else answer(request, response);
	});

	let routes: RequestListener = answer;
	const app = fastify({
		bodyLimit: MAX_BODY_BYTES,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
		clientErrorHandler: (error, socket) => answerNoRequest(error, socket, isForPages),
		frameworkErrors: (error, _request, reply: FastifyReply) => answerNoPath(error, reply),
		serverFactory: (handler) => {
			routes = handler;
			return server;
		},
	});
	answerErrors(app, options.onFailed);
	const port = await listen(server, {
		...options,
		onFull: () => options.onRefused("open-files", "unknown"),
	});
	return {
		port,
		app,
		async open() {
			await app.ready();
			answer = routes;
			for (const [request, response] of early.splice(0)) if (!request.socket.destroyed) routes(request, response);
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
