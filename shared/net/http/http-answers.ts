import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import { endNow, endSoon } from "#shared/net/socket";
import { isTaken } from "./http-connection.ts";

/** Lets pages of any site read the answer (Fetch §3.3). Errors have it too, so that a player can say why there is no picture. */
const FOR_PAGES = { "Access-Control-Allow-Origin": "*" };
/** Fetch §3.3.3. `*` does not include Authorization. A browser may remember the answer for a day. */
const PREFLIGHT = {
	"Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
	"Access-Control-Allow-Headers": "Authorization, *",
	"Access-Control-Max-Age": "86400",
};

/** Lets pages of any site read the answer. */
export function openToPages(response: ServerResponse): void {
	for (const [name, value] of Object.entries(FOR_PAGES)) response.setHeader(name, value);
}

/** Answers `OPTIONS`, with which a browser asks what a page may do. */
export const answerPreflight = (response: ServerResponse): void => void response.writeHead(204, PREFLIGHT).end();

/** So much of a path is repeated, in characters: it may be as long as all headers together. */
const MAX_PATH = 200;

const say = (reply: FastifyReply, code: number, error: string): FastifyReply => reply.code(code).send({ error });

/** Answers what the router makes no path of. */
export const answerNoPath = (error: { readonly statusCode?: number }, reply: FastifyReply): FastifyReply =>
	error.statusCode === 414 ? say(reply, 414, "the path is too long") : say(reply, 400, "the path is malformed");

/** Answers a failed request with one sentence. `onFailed` is called for mistakes of this program. */
export function answerErrors(app: FastifyInstance, onFailed: (error: Error, path: string) => void): void {
	app.setNotFoundHandler((request, reply) => say(reply, 404, `there is nothing at ${request.url.slice(0, MAX_PATH)}`));
	app.setErrorHandler((thrown, request, reply) => {
		const error = thrown instanceof Error ? thrown : new Error(String(thrown));
		const code = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
		if (code < 500) return say(reply, code, error.message);
		onFailed(error, request.url.slice(0, MAX_PATH));
		return say(reply, 500, "the server made a mistake with this request, its log says which");
	});
}

const PARSER_ERRORS: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** Answers bytes that are not an HTTP request, or a request that is too late, and ends the connection. */
export function answerNoRequest(error: NodeJS.ErrnoException, socket: Socket, isForPages: boolean): void {
	const why = `no request: ${error.code ?? error.message}`;
	if (socket.destroyed || error.code === "ECONNRESET" || isTaken(socket)) {
		endNow(socket, why);
		return;
	}
	const status = PARSER_ERRORS[error.code ?? ""] ?? 400;
	const text = `${STATUS_CODES[status]?.toLowerCase()}\n`;
	const headers = {
		"Content-Type": "text/plain",
		"Content-Length": text.length,
		Connection: "close",
		...(isForPages && FOR_PAGES),
	};
	const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join("")}\r\n${text}`);
	endSoon(socket, why);
}
