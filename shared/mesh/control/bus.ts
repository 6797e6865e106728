/** A message as it arrives: bytes not looked at yet. */
export type BusMessage = { readonly subject: string; readonly payload: Uint8Array; readonly reply?: string };

/**
 * What the directory needs of a message bus: at most once, in order per sender, gone when nobody listens.
 * Nothing here throws or waits; disposing closes the connection and every subscription.
 */
export interface Bus extends AsyncDisposable {
	/** Whether what is published now can reach anyone. */
	readonly connected: boolean;
	/** Root of this connection's own reply subjects. */
	readonly inbox: string;
	/** Sends, or drops while the bus is away. */
	publish(subject: string, payload: Uint8Array, reply?: string): void;
	/** Hears a subject (`*` and a final `>` are wildcards) until the returned function is called, across reconnects. */
	subscribe(subject: string, hear: (message: BusMessage) => void): () => void;
	/** Tells when the bus comes and goes; one listener. */
	onState(listener: (connected: boolean) => void): void;
}
