import type { Socket } from "node:net";

/** How long what is queued may wait for a peer that does not read. */
const FAREWELL_MS = 5_000;

/** Ends a connection once what is queued has gone out, or the peer has stopped reading it. Errors: see `endNow`. */
export function endSoon(socket: Socket, why: string): void {
	socket.setTimeout(FAREWELL_MS, () => endNow(socket, why));
	socket.destroySoon();
}

/**
 * Ends a connection whatever is queued; `why` is for its `error` event, which somebody must listen to. Without an error of
 * ours Node makes one, with a stack, for every queued write: a slow viewer's thousand would hold up all others.
 */
export function endNow(socket: Socket, why: string): void {
	socket.destroy(new Error(why));
}
