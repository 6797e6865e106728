import { ProtocolError } from "#shared/base/errors";
import type { OutMessage } from "#shared/rtmp/chunk";
import {
	CHUNK_STREAM_CONTROL,
	TYPE_ACKNOWLEDGEMENT,
	TYPE_SET_CHUNK_SIZE,
	TYPE_SET_PEER_BANDWIDTH,
	TYPE_WINDOW_ACK_SIZE,
} from "#shared/rtmp/chunk";

const control = (type: number, payload: Uint8Array): OutMessage => ({
	type,
	streamId: 0,
	timestamp: 0,
	payload,
	chunkStream: CHUNK_STREAM_CONTROL,
});

function u32(value: number): Buffer {
	const bytes = Buffer.allocUnsafe(4);
	bytes.writeUInt32BE(value >>> 0);
	return bytes;
}

/** §5.4.1. From the next chunk on, our chunks have `size` bytes. */
export const setChunkSize = (size: number): OutMessage => control(TYPE_SET_CHUNK_SIZE, u32(size));

/** §5.4.3. How many bytes have arrived so far, modulo 2^32. */
export const acknowledgement = (received: number): OutMessage => control(TYPE_ACKNOWLEDGEMENT, u32(received % 2 ** 32));

/** §5.4.4. How many bytes we send between two acknowledgements. */
export const windowAckSize = (size: number): OutMessage => control(TYPE_WINDOW_ACK_SIZE, u32(size));

/** §5.4.5. Asks the peer to limit its window. Clients are used to limit type 2 (dynamic). */
export const setPeerBandwidth = (size: number): OutMessage =>
	control(TYPE_SET_PEER_BANDWIDTH, Buffer.concat([u32(size), Buffer.of(2)]));

/** The number in a Window Acknowledgement Size message. */
export function decodeWindowAckSize(payload: Uint8Array): number {
	if (payload.length < 4) throw new ProtocolError("window-ack-size", "a window acknowledgement size without a number");
	return new DataView(payload.buffer, payload.byteOffset).getUint32(0);
}
