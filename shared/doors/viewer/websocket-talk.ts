import type { Millis } from "#shared/base/clock";
import {
	CLOSE_CODES,
	ClientFrameReader,
	encodeClose,
	encodeFrame,
	FrameError,
	OPCODES,
} from "#shared/formats/websocket";

/** Frames a second, whatever they are. Players ping every few seconds, proxies hardly more often. */
const MAX_FRAMES = 64;
const WINDOW_MS = 1_000;

/** What is to be sent for what came: `pong` answers the newest ping (RFC 6455 §5.5.3); nothing follows a `close`. */
export type TalkStep = {
	readonly pong?: Uint8Array;
	readonly close?: { readonly frame: Uint8Array; readonly why: string; readonly fault?: FrameError };
};

/** What a viewer says on its WebSocket, and what it is answered. Messages are read past: a viewer has nothing to ask. */
export class WebSocketTalk {
	readonly #reader = new ClientFrameReader();
	#windowBegan = -WINDOW_MS;
	#frames = 0;

	push(bytes: Uint8Array, now: Millis): TalkStep {
		try {
			let pong: Uint8Array | undefined;
			for (const frame of this.#reader.push(bytes)) {
				this.#count(now);
				if (frame.type === "ping") pong = encodeFrame(OPCODES.pong, frame.payload);
				if (frame.type === "close") return { close: { frame: encodeClose(frame.code), why: "the viewer closed it" } };
			}
			return pong ? { pong } : {};
		} catch (fault) {
			if (!(fault instanceof FrameError)) throw fault;
			const why = `the viewer ${fault.message}`;
			return { close: { frame: encodeClose(fault.code, why), why, fault } };
		}
	}

	#count(now: Millis): void {
		if (now - this.#windowBegan >= WINDOW_MS) {
			this.#windowBegan = now;
			this.#frames = 0;
		}
		this.#frames++;
		if (this.#frames > MAX_FRAMES)
			throw new FrameError("websocket-flood", CLOSE_CODES.policy, `sends more than ${MAX_FRAMES} frames a second`);
	}
}
