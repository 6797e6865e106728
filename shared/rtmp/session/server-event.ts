import { ProtocolError } from "#shared/base/errors";
import type { Amf0Object, Amf0Value } from "#shared/formats/amf0";
import type { MediaPacket } from "#shared/formats/packet";

/** The longest name as a client sends it, with its query. Tokens in the query can be long. */
export const MAX_RAW_NAME_LENGTH = 1024;

/** The two calls with which players ask whether a stream exists. The answer uses the same spelling. */
export type SubscribeCall = "FCSubscribe" | "FMSubscribe";

/** The requests of a client. Each `connect`, `fc-publish`, `publish`, `fc-subscribe` and `play` needs one answer, now or later. */
export type ServerEvent =
	| { type: "connect"; app: string; tcUrl: string; object: Amf0Object }
	| { type: "fc-publish"; name: string }
	| { type: "fc-unpublish"; name: string }
	| { type: "publish"; streamId: number; name: string }
	| { type: "fc-subscribe"; name: string; call: SubscribeCall }
	| { type: "fc-unsubscribe"; name: string }
	/** `object` is the command object. Players send null. Nodes use it for their resume token. */
	| { type: "play"; streamId: number; name: string; object?: Amf0Object | undefined }
	| { type: "pause"; streamId: number; paused: boolean }
	| { type: "receive"; streamId: number; track: "audio" | "video"; wanted: boolean }
	/** `at` is in milliseconds; undefined if the client gives no time. */
	| { type: "seek"; streamId: number; at: number | undefined }
	/** The client ended the publish or play of this message stream. */
	| { type: "close-stream"; streamId: number }
	| { type: "media"; streamId: number; packet: MediaPacket };

/** A stream's name among a call's arguments, as the client wrote it. Throws ProtocolError. */
export function nameArgument(value: Amf0Value): string {
	if (typeof value !== "string" || value.length > MAX_RAW_NAME_LENGTH) {
		throw new ProtocolError("name", `a stream name that is not a text of up to ${MAX_RAW_NAME_LENGTH} characters`);
	}
	return value;
}

/** A time among the arguments of a call, in milliseconds; undefined if no message could have it as its timestamp. */
export const timeArgument = (value: Amf0Value): number | undefined =>
	typeof value === "number" && value >= 0 && value < 2 ** 32 ? Math.trunc(value) : undefined;
