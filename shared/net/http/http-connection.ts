import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Requests of one connection that may wait for their answers, including those that will get none. Players and browsers send
 * the next request only after the answer to the last one.
 */
const MAX_PIPELINED = 256;

/** Connections that play a stream: their answer has no end. */
const taken = new WeakSet<Socket>();
/** Requests of a connection that have no answer yet. */
const unanswered = new WeakMap<Socket, number>();

/** The fate of a request before it is handled. `unheard`: it follows an answer without end. `flood`: too many requests wait before it. */
export function receive({ socket }: IncomingMessage, response: ServerResponse): "heard" | "unheard" | "flood" {
	const count = (unanswered.get(socket) ?? 0) + 1;
	unanswered.set(socket, count);
	if (count > MAX_PIPELINED) return "flood";
	if (taken.has(socket)) return "unheard";
	response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
	return "heard";
}

/** Whether the connection's answer has no end, so that nothing else may be written to it. */
export const isTaken = (socket: Socket): boolean => taken.has(socket);

/**
 * Makes this answer the last one of its connection. Bytes that the client sends from now on are thrown away. Undefined if an
 * earlier answer is not finished. The caller writes to the socket and ends it, or answers with `Connection: close`.
 */
export function takeConnection({ socket }: ServerResponse): Socket | undefined {
	// A response gets its socket when all responses before it are finished.
	if (!socket) return undefined;
	taken.add(socket);
	// Node's parser hands the bytes to listeners of `data`. They must be read, or the end of the connection is not noticed.
	socket.removeAllListeners("data");
	socket.on("data", () => {});
	return socket;
}
