import { ProtocolError } from "#shared/base/errors";
import { type RawMessage, TYPE_AGGREGATE } from "#shared/rtmp/chunk";

const HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
/** Servers collect a few tenths of a second, so a few dozen messages. Empty messages would cost far more memory than they have bytes. */
const MAX_PARTS = 1024;

/**
 * RTMP 1.0 §7.1.6: the messages inside an aggregate, laid out as FLV tags. The time of the first one means the timestamp of
 * the aggregate, and the other times count from it. They belong to the stream of the aggregate. Payloads are views.
 */
export function splitAggregate(message: RawMessage): RawMessage[] {
	const { payload, streamId } = message;
	const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
	const parts: RawMessage[] = [];
	let shift: number | undefined;
	for (let offset = 0; offset < payload.length; ) {
		if (payload.length - offset < HEADER_BYTES)
			throw new ProtocolError("aggregate", "an aggregate that ends in a header");
		const type = view.getUint8(offset);
		const size = view.getUint32(offset) & 0xffffff;
		const time = ((view.getUint32(offset + 4) >>> 8) | (view.getUint8(offset + 7) << 24)) >>> 0;
		const start = offset + HEADER_BYTES;
		if (start + size > payload.length) throw new ProtocolError("aggregate", "an aggregate that ends in a message");
		if (type === TYPE_AGGREGATE) throw new ProtocolError("aggregate", "an aggregate inside an aggregate");
		if (parts.length === MAX_PARTS)
			throw new ProtocolError("aggregate", `an aggregate of more than ${MAX_PARTS} messages`);
		shift ??= message.timestamp - time;
		parts.push({ type, streamId, timestamp: (time + shift) >>> 0, payload: payload.subarray(start, start + size) });
		offset = start + size + BACK_POINTER_BYTES;
	}
	return parts;
}
