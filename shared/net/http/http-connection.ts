import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Requests of one connection that wait for their answers, those that are not heard included. Players and browsers send the
 * next request when they have the answer to the last one.
 */
const MAX_PIPELINED = 256;

/** Connections whose answer has no end. */
const taken = new WeakSet<Socket>();
/** Requests of a connection without an answer so far. */
const unanswered = new WeakMap<Socket, number>();

/** What becomes of a request before anybody looks at it: `unheard` behind an answer without end, `flood` with too many before it. */
export function receive({ socket }: IncomingMessage, response: ServerResponse): "heard" | "unheard" | "flood" {
	const count = (unanswered.get(socket) ?? 0) + 1;
	unanswered.set(socket, count);
	if (count > MAX_PIPELINED) return "flood";
	if (taken.has(socket)) return "unheard";
	response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
	return "heard";
}

/** Whether a connection's answer has no end: nothing else may be written to it. */
export const isTaken = (socket: Socket): boolean => taken.has(socket);

/**
 * Makes this answer the last one of its connection, whose bytes are thrown away from now on; undefined where it is not the
 * answer's turn yet. Who calls it writes to the socket and ends it, or answers with `Connection: close`.
 */
export function takeConnection({ socket }: ServerResponse): Socket | undefined {
	// A response has a socket as soon as all before it are done.
	if (!socket) return undefined;
	taken.add(socket);
	// Node's parser gives the bytes back to who listens for them. They are read on, since a peer's end is seen that way.
	socket.removeAllListeners("data");
	socket.on("data", () => {});
	return socket;
}
