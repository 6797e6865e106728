import { ProtocolError } from "#shared/base/errors";
import { type Amf0Object, type Amf0Value, decodeAmf0, encodeAmf0, isAmf0Object } from "#shared/formats/amf0";
import type { OutMessage } from "#shared/rtmp/chunk";
import { CHUNK_STREAM_COMMAND, type RawMessage, TYPE_COMMAND_AMF0, TYPE_COMMAND_AMF3 } from "#shared/rtmp/chunk";

/** No encoder or player sends a longer command. It is parsed at once, so it is kept small. */
export const MAX_COMMAND_BYTES = 64 * 1024;

/** RTMP 1.0 §7.1.1: a call, or an answer to one. `object` is the third value, `args` are the values after it. */
export type Command = {
	streamId: number;
	name: string;
	transaction: number;
	object: Amf0Object | undefined;
	args: Amf0Value[];
};

/** Reads a command message of type 20, or of type 17, which has one byte before the same AMF0. */
export function decodeCommand(message: RawMessage): Command {
	const wrapped = message.type === TYPE_COMMAND_AMF3;
	if (message.payload.length > MAX_COMMAND_BYTES) {
		throw new ProtocolError(
			"command-size",
			`a command of ${message.payload.length} bytes, over the ${MAX_COMMAND_BYTES} allowed`,
		);
	}
	const [name, transaction = 0, object, ...args] = decodeAmf0(message.payload.subarray(wrapped ? 1 : 0));
	if (typeof name !== "string" || typeof transaction !== "number") {
		throw new ProtocolError("command-shape", "a command without a name and a transaction number");
	}
	return { streamId: message.streamId, name, transaction, object: isAmf0Object(object) ? object : undefined, args };
}

/** A command message of type 20. `values` follow the transaction number: the command object (or null), then arguments. */
export function encodeCommand(
	streamId: number,
	name: string,
	transaction: number,
	...values: (Amf0Value | undefined)[]
): OutMessage {
	return {
		type: TYPE_COMMAND_AMF0,
		streamId,
		timestamp: 0,
		payload: encodeAmf0(name, transaction, ...values),
		chunkStream: CHUNK_STREAM_COMMAND,
	};
}
