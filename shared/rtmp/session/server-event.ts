import { ProtocolError } from "#shared/base/errors";
import type { Amf0Object, Amf0Value } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";

/** A name as a client sends it, query included; tokens in it can be long. */
export const MAX_RAW_NAME_LENGTH = 1024;

/** The two spellings players use to ask whether a stream is there; the answer goes back in the same one. */
export type SubscribeCall = "FCSubscribe" | "FMSubscribe";

/** What a client asks; each `connect`, `fc-publish`, `publish`, `fc-subscribe` and `play` wants one answer, now or later. */
export type ServerEvent =
	| { type: "connect"; app: string; tcUrl: string; object: Amf0Object }
	| { type: "fc-publish"; name: string }
	| { type: "fc-unpublish"; name: string }
	| { type: "publish"; streamId: number; name: string }
	| { type: "fc-subscribe"; name: string; call: SubscribeCall }
	| { type: "fc-unsubscribe"; name: string }
	/** `object` is the command object: null from players, so that it is free for what nodes have to say. */
	| { type: "play"; streamId: number; name: string; object?: Amf0Object | undefined }
	| { type: "pause"; streamId: number; paused: boolean }
	| { type: "receive"; streamId: number; track: "audio" | "video"; wanted: boolean }
	/** `at` in milliseconds; undefined where the client names no time. */
	| { type: "seek"; streamId: number; at: number | undefined }
	/** The message stream's publish or play is over, by the client's word. */
	| { type: "close-stream"; streamId: number }
	| { type: "media"; streamId: number; packet: MediaPacket };

/** A stream's name among a call's arguments, as the client wrote it. Throws ProtocolError. */
export function nameArgument(value: Amf0Value): string {
	if (typeof value !== "string" || value.length > MAX_RAW_NAME_LENGTH) {
		throw new ProtocolError("name", `a stream name that is no text of up to ${MAX_RAW_NAME_LENGTH} characters`);
	}
	return value;
}

/** A time among a call's arguments, in milliseconds; undefined where it is none that a message could bear. */
export const timeArgument = (value: Amf0Value): number | undefined =>
	typeof value === "number" && value >= 0 && value < 2 ** 32 ? Math.trunc(value) : undefined;
