import { ProtocolError } from "#shared/base/errors";
import { CLOSE_CODES, MAX_CONTROL_BYTES, OPCODES } from "./frame.ts";

/** A client has nothing to say to a stream it watches; some players send a word or two. */
const MAX_DATA_BYTES = 4 * 1024;

/** What a client sent that RFC 6455 or a bound does not allow; `code` is what the close frame says (§7.4.1). */
export class FrameError extends ProtocolError {
	readonly code: number;
	constructor(reason: string, code: number, message: string) {
		super(reason, message);
		this.code = code;
	}
}

const malformed = (message: string): FrameError =>
	new FrameError("websocket-frame", CLOSE_CODES.protocolError, message);

/** A frame of a client. What is in messages is not kept; `close` has no code where the client gave none. */
export type ClientFrame =
	| { readonly type: "message" }
	| { readonly type: "ping"; readonly payload: Uint8Array }
	| { readonly type: "pong" }
	| { readonly type: "close"; readonly code: number | undefined };

/** Reads what a client sends behind its handshake (RFC 6455 §5). Holds at most one control frame. */
export class ClientFrameReader {
	/** A frame that has begun: its head, and of a control frame some payload. */
	#held: Buffer = Buffer.alloc(0);
	/** Payload of a message that is still to come. */
	#toSkip = 0;
	/** A message was begun, and its final frame is to come. */
	#isFragmented = false;

	/** The frames that begin in these bytes, and control frames that end there. Throws FrameError; nothing may be pushed behind it. */
	push(bytes: Uint8Array): ClientFrame[] {
		const frames: ClientFrame[] = [];
		let rest = this.#skip(Buffer.concat([this.#held, bytes]));
		for (let head = readHead(rest); head; head = readHead(rest)) {
			if (!head.isControl) {
				this.#follow(head);
				this.#toSkip = head.length;
				frames.push({ type: "message" });
				rest = this.#skip(rest.subarray(head.bytes));
				continue;
			}
			const end = head.bytes + head.length;
			if (rest.length < end) break;
			frames.push(controlFrame(head, rest));
			rest = rest.subarray(end);
		}
		this.#held = Buffer.from(rest);
		return frames;
	}

	#skip(bytes: Buffer): Buffer {
		const skipped = Math.min(this.#toSkip, bytes.length);
		this.#toSkip -= skipped;
		return bytes.subarray(skipped);
	}

	/** §5.4: a message's frames follow each other. */
	#follow({ opcode, isFinal }: Head): void {
		const continues = opcode === OPCODES.continuation;
		if (continues !== this.#isFragmented)
			throw malformed(continues ? "continues a message that was not begun" : "begins a message inside another");
		this.#isFragmented = !isFinal;
	}
}

type Head = {
	readonly opcode: number;
	readonly isFinal: boolean;
	readonly isControl: boolean;
	/** Of the payload. */
	readonly length: number;
	/** Of the head, with the masking key at its end. */
	readonly bytes: number;
};

const MASK_BYTES = 4;
const KNOWN: ReadonlySet<number> = new Set(Object.values(OPCODES));

/** §5.2; undefined where it has not come whole. What is wrong is found in the first byte that shows it. */
function readHead(bytes: Buffer): Head | undefined {
	const [first, second] = bytes;
	if (first === undefined) return undefined;
	const opcode = first & 0x0f;
	if ((first & 0x70) !== 0) throw malformed("sets a reserved bit");
	if (!KNOWN.has(opcode)) throw malformed(`sends a frame of the unknown kind ${opcode}`);
	const isFinal = (first & 0x80) !== 0;
	const isControl = opcode >= OPCODES.close;
	if (isControl && !isFinal) throw malformed("cuts a control frame in pieces");
	if (second === undefined) return undefined;
	if ((second & 0x80) === 0) throw malformed("sends a frame that is not masked");
	const short = second & 0x7f;
	if (isControl && short > MAX_CONTROL_BYTES) throw malformed("sends a control frame that is too long");
	const lengthBytes = LENGTH_BYTES[short] ?? 0;
	const size = 2 + lengthBytes + MASK_BYTES;
	if (bytes.length < size) return undefined;
	const length = lengthBytes === 0 ? short : readLength(bytes.subarray(2, 2 + lengthBytes));
	return { opcode, isFinal, isControl, length, bytes: size };
}

/** Values of the 7 bits behind which the length stands in more bytes. */
const LENGTH_BYTES: Readonly<Record<number, number>> = { 126: 2, 127: 8 };

function readLength(bytes: Buffer): number {
	const length = Number(`0x${bytes.toString("hex")}`);
	if (length <= (bytes.length === 2 ? 125 : 0xffff)) throw malformed("writes a length in more bytes than it needs");
	if (length > MAX_DATA_BYTES)
		throw new FrameError("websocket-size", CLOSE_CODES.tooBig, `sends a message of ${length} bytes`);
	return length;
}

function controlFrame({ opcode, bytes, length }: Head, frame: Buffer): ClientFrame {
	const key = frame.subarray(bytes - MASK_BYTES, bytes);
	// §5.3
	const payload = frame.subarray(bytes, bytes + length).map((byte, place) => byte ^ (key[place % MASK_BYTES] ?? 0));
	if (opcode === OPCODES.ping) return { type: "ping", payload };
	if (opcode === OPCODES.pong) return { type: "pong" };
	return { type: "close", code: closeCode(payload) };
}

/** §5.5.1, §7.4; the sentence behind the code is not read. */
function closeCode(payload: Uint8Array): number | undefined {
	const [high, low] = payload;
	if (high === undefined) return undefined;
	if (low === undefined) throw malformed("closes with half a code");
	const code = high * 256 + low;
	if (!mayBeSent(code)) throw malformed(`closes with ${code}, which is no code to be sent`);
	return code;
}

/** §7.4.1, §7.4.2, and what IANA has registered since. */
const mayBeSent = (code: number): boolean =>
	(code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
