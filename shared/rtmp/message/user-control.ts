import { ProtocolError } from "#shared/base/errors";
import type { OutMessage } from "#shared/rtmp/chunk";
import { CHUNK_STREAM_CONTROL, TYPE_USER_CONTROL } from "#shared/rtmp/chunk";

/** RTMP 1.0 §7.1.7. `value` is a message stream id (with a buffer length in ms after it) or the timestamp of a ping. */
export type UserControl =
	| { event: "stream-begin" | "stream-eof" | "stream-dry"; streamId: number }
	| { event: "set-buffer-length"; streamId: number; milliseconds: number }
	| { event: "ping-request" | "ping-response"; timestamp: number }
	| { event: "other"; code: number };

const CODES = {
	"stream-begin": 0,
	"stream-eof": 1,
	"stream-dry": 2,
	"set-buffer-length": 3,
	"ping-request": 6,
	"ping-response": 7,
} as const;

export function decodeUserControl(payload: Uint8Array): UserControl {
	const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
	const u32 = (offset: number): number => {
		if (payload.length < offset + 4)
			throw new ProtocolError("user-control", "a user control message that is cut short");
		return view.getUint32(offset);
	};
	if (payload.length < 2) throw new ProtocolError("user-control", "a user control message without an event");
	const code = view.getUint16(0);
	switch (code) {
		case CODES["stream-begin"]:
			return { event: "stream-begin", streamId: u32(2) };
		case CODES["stream-eof"]:
			return { event: "stream-eof", streamId: u32(2) };
		case CODES["stream-dry"]:
			return { event: "stream-dry", streamId: u32(2) };
		case CODES["set-buffer-length"]:
			return { event: "set-buffer-length", streamId: u32(2), milliseconds: u32(6) };
		case CODES["ping-request"]:
			return { event: "ping-request", timestamp: u32(2) };
		case CODES["ping-response"]:
			return { event: "ping-response", timestamp: u32(2) };
		default:
			return { event: "other", code };
	}
}

export function encodeUserControl(message: Exclude<UserControl, { event: "other" }>): OutMessage {
	const withLength = message.event === "set-buffer-length";
	const payload = Buffer.alloc(withLength ? 10 : 6);
	payload.writeUInt16BE(CODES[message.event], 0);
	payload.writeUInt32BE("timestamp" in message ? message.timestamp >>> 0 : message.streamId, 2);
	if (withLength) payload.writeUInt32BE(message.milliseconds, 6);
	return { type: TYPE_USER_CONTROL, streamId: 0, timestamp: 0, payload, chunkStream: CHUNK_STREAM_CONTROL };
}
