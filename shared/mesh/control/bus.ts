/** A message as it arrives: unparsed bytes. */
export type BusMessage = { readonly subject: string; readonly payload: Uint8Array; readonly reply?: string };

/**
 * The message bus that the directory needs. It delivers at most once and in order per sender. A message without a listener is lost.
 * Nothing here throws or waits. Disposing closes the connection and all subscriptions.
 */
export interface Bus extends AsyncDisposable {
	/** Whether messages that are published now can reach anyone. */
	readonly connected: boolean;
	/** Root of this connection's own reply subjects. */
	readonly inbox: string;
	/** Sends a message. While the bus is away it is dropped. */
	publish(subject: string, payload: Uint8Array, reply?: string): void;
	/** Listens to a subject (`*` and a final `>` are wildcards) until the returned function is called, also after reconnects. */
	subscribe(subject: string, hear: (message: BusMessage) => void): () => void;
	/** Calls the one listener when the bus comes or goes. */
	onState(listener: (connected: boolean) => void): void;
}
