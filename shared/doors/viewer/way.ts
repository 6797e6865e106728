import type { Protocol } from "#shared/access/request";
import type { HeaderSet } from "#shared/media/headers";
import type { WireForm } from "#shared/media/stream";
import type { Farewell } from "./http-viewer.ts";
import { type AskedUpgrade, closeFrame, handshakeOf } from "./websocket.ts";

/** A live stream as an HTTP answer without end. */
export type LiveAnswer = {
	readonly protocol: Protocol;
	/** What stands behind `/<app>/<name>`, with its dot. */
	readonly suffix: string;
	readonly contentType: string;
	readonly form: WireForm;
	/** The same in messages, for who asks for a WebSocket at the same address; left out where there is no such thing. */
	readonly overWebSocket?: { readonly protocol: Protocol; readonly form: WireForm };
	/** The codec in a stream's headers that the form has no room for. */
	misfitAmong?(headers: HeaderSet): string | undefined;
};

/** How one viewer gets a stream. */
export type Way = {
	readonly type: "way";
	readonly protocol: Protocol;
	readonly form: WireForm;
	readonly status: 101 | 200;
	readonly head: Readonly<Record<string, string>>;
	readonly farewell: Farewell;
};

const NOTHING = new Uint8Array(0);

/** The way a request asks for, or the refusal of its handshake. */
export function wayOf({ method, headers }: { method: string; headers: AskedUpgrade }, answer: LiveAnswer) {
	const { protocol, form, contentType, overWebSocket } = answer;
	const handshake = overWebSocket && method === "GET" ? handshakeOf(headers) : undefined;
	if (handshake?.type === "refused") return handshake;
	if (overWebSocket && handshake)
		return { type: "way", ...overWebSocket, status: 101, head: handshake.head, farewell: closeFrame } satisfies Way;
	// No length and no chunks, so that shared batches go to the socket as they are.
	const head = { "Content-Type": contentType, "Cache-Control": "no-store", Connection: "close" };
	return { type: "way", protocol, form, status: 200, head, farewell: () => NOTHING } satisfies Way;
}
