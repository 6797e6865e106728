import type { Socket } from "node:net";

/** Time that queued bytes may wait for a peer that does not read. */
const FAREWELL_MS = 5_000;

/** Ends a connection when the queued bytes have gone out, or when the peer has stopped reading them. Errors: see `endNow`. */
export function endSoon(socket: Socket, why: string): void {
	socket.setTimeout(FAREWELL_MS, () => endNow(socket, why));
	socket.destroySoon();
}

/**
 * Ends a connection at once and drops what is queued. `why` goes into its `error` event, which must have a listener. Without
 * this error Node makes one with a stack for every queued write: the thousand writes of a slow viewer would delay all others.
 */
export function endNow(socket: Socket, why: string): void {
	socket.destroy(new Error(why));
}
