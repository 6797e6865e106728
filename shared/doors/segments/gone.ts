import type { Socket } from "#shared/net/socket";

const signals = new WeakMap<Socket, AbortSignal>();

/** Aborts when a connection is closed: one signal for all requests that come on it. */
export function goneOf(socket: Socket): AbortSignal {
	const known = signals.get(socket);
	if (known) return known;
	const gone = new AbortController();
	signals.set(socket, gone.signal);
	if (socket.destroyed) gone.abort();
	else socket.once("close", () => gone.abort());
	return gone.signal;
}
