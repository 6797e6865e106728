/** What a frame is (RFC 6455 §5.2). */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Why a connection is closed (§7.4.1). */
export const CLOSE_CODES = { normal: 1000, goingAway: 1001, protocolError: 1002, policy: 1008, tooBig: 1009 } as const;

/** §5.5: a control frame's payload. */
export const MAX_CONTROL_BYTES = 125;
/** Lengths from here on take 2 bytes more, or 8. */
const MAX_7_BITS = 125;
const MAX_16_BITS = 0xffff;

const FINAL = 0x80;

/** What stands before a server's payload of this length: a whole message, which servers do not mask (§5.1). */
export function frameHead(opcode: number, length: number): Buffer {
	if (length <= MAX_7_BITS) return Buffer.of(FINAL | opcode, length);
	const head = Buffer.alloc(length <= MAX_16_BITS ? 4 : 10);
	head[0] = FINAL | opcode;
	if (length <= MAX_16_BITS) {
		head[1] = 126;
		head.writeUInt16BE(length, 2);
	} else {
		head[1] = 127;
		head.writeUIntBE(length, 4, 6);
	}
	return head;
}

/** A whole message of a server. */
export const encodeFrame = (opcode: number, payload: Uint8Array): Buffer =>
	Buffer.concat([frameHead(opcode, payload.length), payload]);

/** The last frame of a server (§5.5.1): a code and a sentence, which is cut where it is too long; without a code it is empty. */
export function encodeClose(code?: number, why = ""): Buffer {
	if (code === undefined) return encodeFrame(OPCODES.close, Buffer.alloc(0));
	const payload = Buffer.alloc(MAX_CONTROL_BYTES);
	payload.writeUInt16BE(code);
	// Whole characters only.
	const length = 2 + payload.write(why, 2, "utf8");
	return encodeFrame(OPCODES.close, payload.subarray(0, length));
}
