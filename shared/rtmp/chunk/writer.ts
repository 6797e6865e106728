import { encodeBasicHeader } from "./basic-header.ts";
import type { RawMessage } from "./raw-message.ts";

const EXTENDED = 0xffffff;

/** A message and its chunk stream (2 to 65599). */
export type OutMessage = RawMessage & { chunkStream: number };

/** The type-0 chunk header (§5.3.1.2.1) of a message. It depends on no earlier header, so any reader can start here. */
export function firstChunkHeader(message: OutMessage, length: number): Buffer {
	const basic = encodeBasicHeader(0, message.chunkStream);
	const extended = message.timestamp >= EXTENDED;
	const header = Buffer.allocUnsafe(basic.length + 11 + (extended ? 4 : 0));
	basic.copy(header);
	let offset = header.writeUIntBE(extended ? EXTENDED : message.timestamp, basic.length, 3);
	offset = header.writeUIntBE(length, offset, 3);
	offset = header.writeUInt8(message.type, offset);
	offset = header.writeUInt32LE(message.streamId, offset);
	if (extended) header.writeUInt32BE(message.timestamp, offset);
	return header;
}

/** The header between two chunks of one message. It repeats the extended timestamp (§5.3.1.3). */
export function nextChunkHeader(message: OutMessage): Buffer {
	const basic = encodeBasicHeader(3, message.chunkStream);
	if (message.timestamp < EXTENDED) return basic;
	const time = Buffer.allocUnsafe(4);
	time.writeUInt32BE(message.timestamp);
	return Buffer.concat([basic, time]);
}

/** Appends a message to `into` as chunks: new headers and views of the payload. The payload is not copied. */
export function writeMessage(message: OutMessage, chunkSize: number, into: Uint8Array[]): void {
	const { payload } = message;
	into.push(firstChunkHeader(message, payload.length));
	if (payload.length <= chunkSize) {
		if (payload.length > 0) into.push(payload);
		return;
	}
	const between = nextChunkHeader(message);
	for (let start = 0; start < payload.length; start += chunkSize) {
		if (start > 0) into.push(between);
		into.push(payload.subarray(start, start + chunkSize));
	}
}
