import type { Clock } from "#shared/base/clock";
import type { ProtocolError } from "#shared/base/errors";
import {
	CLOSE_CODES,
	encodeClose,
	isWebSocketKey,
	WEBSOCKET_VERSION,
	webSocketAccept,
} from "#shared/formats/websocket";
import type { Socket } from "#shared/net/socket";
import type { Farewell, HttpViewer } from "./http-viewer.ts";
import { WebSocketTalk } from "./websocket-talk.ts";

/** What of a request's headers is looked at; Fastify's fit. */
export type AskedUpgrade = {
	readonly upgrade?: string | undefined;
	readonly connection?: string | undefined;
	readonly "sec-websocket-key"?: string | undefined;
	readonly "sec-websocket-version"?: string | undefined;
};

type Head = Readonly<Record<string, string>>;

/** The answer to a WebSocket's opening handshake: the headers of a 101, or of a refusal with its status and sentence. */
export type Handshake =
	| { readonly type: "accepted"; readonly head: Head }
	| {
			readonly type: "refused";
			readonly outcome: "handshake";
			readonly code: 400 | 426;
			readonly head: Head;
			readonly why: string;
	  };

const UPGRADE: Head = { Upgrade: "websocket", Connection: "Upgrade" };

/** RFC 6455 §4.2; undefined where a plain answer is asked for. Neither extensions nor subprotocols are agreed on. */
export function handshakeOf(asked: AskedUpgrade): Handshake | undefined {
	if (!has(asked.upgrade, "websocket") || !has(asked.connection, "upgrade")) return undefined;
	if (asked["sec-websocket-version"] !== WEBSOCKET_VERSION) {
		const head = { ...UPGRADE, "Sec-WebSocket-Version": WEBSOCKET_VERSION };
		return refusal(426, `only version ${WEBSOCKET_VERSION} of WebSocket is spoken here`, head);
	}
	const key = asked["sec-websocket-key"] ?? "";
	if (!isWebSocketKey(key)) return refusal(400, "the Sec-WebSocket-Key is not 16 bytes in base64");
	return { type: "accepted", head: { ...UPGRADE, "Sec-WebSocket-Accept": webSocketAccept(key) } };
}

const refusal = (code: 400 | 426, why: string, head: Head = {}): Handshake => ({
	type: "refused",
	outcome: "handshake",
	code,
	head,
	why,
});

const has = (list = "", word: string): boolean =>
	list
		.toLowerCase()
		.split(/[\s,]+/)
		.includes(word);

const CODES = { over: CLOSE_CODES.normal, leaving: CLOSE_CODES.goingAway, ended: CLOSE_CODES.policy };

/** The close frame for each way in which a stream ends. */
export const closeFrame: Farewell = (ending, why) => encodeClose(CODES[ending], why);

type Attendance = { readonly clock: Clock; onFault(fault: ProtocolError): void };

/** Listens to what a viewer says on its WebSocket from here on, and answers. `onFault` is told what it may not say. */
export function attend(socket: Socket, viewer: HttpViewer, { clock, onFault }: Attendance): void {
	const talk = new WebSocketTalk();
	const answer = newestTo(socket);
	socket.on("data", (bytes: Uint8Array) => {
		if (socket.writableEnded) return;
		const { pong, close } = talk.push(bytes, clock.now());
		if (pong) answer(pong);
		if (!close) return;
		if (close.fault) onFault(close.fault);
		viewer.close(close.frame, close.why);
	});
}

/** Writes one answer at a time: while media wait for the viewer, only the newest waits with them. */
function newestTo(socket: Socket): (answer: Uint8Array) => void {
	let waiting: Uint8Array | undefined;
	return (answer) => {
		if (!socket.writableNeedDrain) return void socket.write(answer);
		if (!waiting) {
			socket.once("drain", () => {
				if (waiting && !socket.writableEnded) socket.write(waiting);
				waiting = undefined;
			});
		}
		waiting = answer;
	};
}
