import { ProtocolError } from "#shared/base/errors";
import { decodeBasicHeader } from "./basic-header.ts";
import type { BudgetShare } from "./message-budget.ts";
import { type RawMessage, TYPE_ABORT, TYPE_SET_CHUNK_SIZE } from "./raw-message.ts";

/** RTMP 1.0 §5.4.1: the chunk size of either side until it sets another one. */
export const DEFAULT_CHUNK_SIZE = 128;
/** A 4K keyframe is about 2 MiB; four times that is a bug or an attack. The format itself would allow 16 MiB. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A connection interleaves only a few messages. Together they may take this many times the largest allowed message. */
const MESSAGES_UNDER_WAY = 2;
/** Bytes of unfinished messages on all chunk streams of a connection together. */
export const MAX_BUFFERED_BYTES = MESSAGES_UNDER_WAY * MAX_MESSAGE_BYTES;
/** Encoders use three to eight. Each one costs memory for the life of the connection. */
export const MAX_CHUNK_STREAMS = 64;
/** Memory is allocated at most this far ahead of the bytes that have arrived. So false lengths on all chunk streams cost 256 KiB. */
const FIRST_ALLOCATION = 4096;
const EXTENDED = 0xffffff;
const EMPTY = Buffer.alloc(0);
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;

type ChunkStream = {
	timestamp: number;
	delta: number;
	/** The extended timestamp of the last header that started a message. Type-3 chunks repeat it (§5.3.1.3). */
	extended: number | undefined;
	length: number;
	type: number;
	streamId: number;
	/** The unfinished message: `filled` of `length` bytes are in `body`. */
	body: Buffer | undefined;
	filled: number;
};

/** A header that has arrived: its fields start at `begin`. */
type HeaderFields = { format: 0 | 1 | 2 | 3; begin: number; extended: number | undefined };

/**
 * Bytes in, messages out (RTMP 1.0 §5.3). The bytes may be cut anywhere, and no reference to them is kept.
 * Set Chunk Size and Abort take effect here, from the next chunk on, and do not come out.
 * Throws ProtocolError on bytes that no encoder sends. The connection is then unusable.
 */
export class ChunkReader {
	#streams = new Map<number, ChunkStream>();
	#chunkSize = DEFAULT_CHUNK_SIZE;
	#rest: Buffer = EMPTY;
	#buffered = 0;
	#maxMessageBytes: number;
	#share: BudgetShare | undefined;
	/** The chunk whose payload is being read, and how many of its bytes are missing. */
	#current: ChunkStream | undefined;
	#missing = 0;

	/** A message may have `maxMessageBytes`. All unfinished messages together may have twice as much. */
	constructor(maxMessageBytes: number = MAX_MESSAGE_BYTES) {
		this.#maxMessageBytes = maxMessageBytes;
	}

	/** Counts the bytes of unfinished messages in a budget, until `close`. */
	countIn(share: BudgetShare): void {
		this.#share = share;
	}

	/** Nothing more will be read. Frees all unfinished messages. */
	close(): void {
		this.#streams.clear();
		this.#current = undefined;
		this.#rest = EMPTY;
		this.#buffered = 0;
		this.#share?.close();
	}

	/** Sets another bound, for the next messages and for the rest of unfinished ones. */
	allow(maxMessageBytes: number): void {
		this.#maxMessageBytes = maxMessageBytes;
	}

	/** Bytes held for unfinished messages. */
	get bufferedBytes(): number {
		return this.#buffered + this.#rest.length;
	}

	/** The messages that `bytes` complete. */
	push(bytes: Buffer): RawMessage[] {
		const messages: RawMessage[] = [];
		this.read(bytes, (message) => messages.push(message));
		return messages;
	}

	/** As `push`, but each message is delivered before the next one is read. So a bound that it changes holds for the next one. */
	read(bytes: Buffer, onMessage: (message: RawMessage) => void): void {
		const input = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
		let offset = 0;
		while (offset < input.length || (this.#current && this.#missing === 0)) {
			if (!this.#current) {
				const used = this.#readHeader(input, offset);
				if (used === 0) break;
				offset += used;
			}
			offset += this.#readPayload(input, offset, onMessage);
		}
		// The rest is shorter than a chunk header. A copy of it frees the read buffer of the socket.
		this.#rest = offset < input.length ? Buffer.from(input.subarray(offset)) : EMPTY;
	}

	/** Starts a chunk. Returns the number of header bytes, or 0 until all of them have arrived. */
	#readHeader(input: Buffer, start: number): number {
		const basic = decodeBasicHeader(input, start);
		if (!basic) return 0;
		const { format, chunkStream } = basic;
		const known = this.#streams.get(chunkStream);
		const begin = start + basic.bytes;
		const end = begin + MESSAGE_HEADER_BYTES[format];
		if (input.length < end) return 0;
		const isExtended = format === 3 ? known?.extended !== undefined : input.readUIntBE(begin, 3) === EXTENDED;
		if (isExtended && input.length < end + 4) return 0;
		const extended = isExtended ? input.readUInt32BE(end) : undefined;
		const stream = known ?? this.#open(chunkStream, format);
		if (stream.body) {
			if (format < 3)
				throw new ProtocolError("chunk-interrupted", `chunk stream ${chunkStream} begins a message inside another`);
			// nginx-rtmp with play_time_fix off and old encoders leave it out here. Then these bytes are payload.
			return this.#startChunk(stream, extended === stream.extended ? extended : undefined, end - start);
		}
		this.#readFields(stream, input, { format, begin, extended });
		this.#startMessage(stream, input.length - end);
		return this.#startChunk(stream, extended, end - start);
	}

	/** The fields of a header (§5.3.1.2). Other fields keep the values of the last message on this chunk stream. */
	#readFields(stream: ChunkStream, input: Buffer, { format, begin, extended }: HeaderFields): void {
		if (format < 2) {
			stream.length = input.readUIntBE(begin + 3, 3);
			stream.type = input.readUInt8(begin + 6);
		}
		if (format === 0) stream.streamId = input.readUInt32LE(begin + 7);
		if (format < 3) stream.delta = extended ?? input.readUIntBE(begin, 3);
		stream.timestamp = format === 0 ? stream.delta : (stream.timestamp + stream.delta) >>> 0;
		stream.extended = extended;
	}

	/** The payload follows. Returns the number of header bytes, including `extended`. */
	#startChunk(stream: ChunkStream, extended: number | undefined, headerBytes: number): number {
		this.#current = stream;
		this.#missing = Math.min(this.#chunkSize, stream.length - stream.filled);
		return extended === undefined ? headerBytes : headerBytes + 4;
	}

	#open(chunkStream: number, format: number): ChunkStream {
		// librtmp opens chunk stream 2 with a type-1 chunk. A chunk of type 2 or 3 has no length and no message type.
		if (format > 1) {
			throw new ProtocolError("chunk-without-header", `chunk stream ${chunkStream} begins with a type-${format} chunk`);
		}
		if (this.#streams.size >= MAX_CHUNK_STREAMS) {
			throw new ProtocolError("chunk-streams", `more than ${MAX_CHUNK_STREAMS} chunk streams on one connection`);
		}
		const stream: ChunkStream = {
			timestamp: 0,
			delta: 0,
			extended: undefined,
			length: 0,
			type: 0,
			streamId: 0,
			body: undefined,
			filled: 0,
		};
		this.#streams.set(chunkStream, stream);
		return stream;
	}

	#startMessage(stream: ChunkStream, arrived: number): void {
		this.#checkSize(stream);
		stream.body = this.#allocate(Math.min(stream.length, Math.max(arrived, FIRST_ALLOCATION)));
		stream.filled = 0;
	}

	#checkSize({ length }: ChunkStream): void {
		const max = this.#maxMessageBytes;
		if (length > max) throw new ProtocolError("message-size", `a message of ${length} bytes, over the ${max} allowed`);
	}

	#allocate(size: number): Buffer {
		const max = MESSAGES_UNDER_WAY * this.#maxMessageBytes;
		this.#hold(size);
		if (this.#buffered > max) {
			throw new ProtocolError("buffered-bytes", `more than ${max} bytes of unfinished messages`);
		}
		return size === 0 ? EMPTY : Buffer.allocUnsafe(size);
	}

	#hold(bytes: number): void {
		this.#buffered += bytes;
		this.#share?.holds(this.#buffered);
	}

	#readPayload(input: Buffer, offset: number, onMessage: (message: RawMessage) => void): number {
		const stream = this.#current;
		if (!stream?.body) return 0;
		const count = Math.min(this.#missing, input.length - offset);
		if (stream.filled + count > stream.body.length) this.#grow(stream, stream.filled + count);
		if (count > 0) input.copy(stream.body, stream.filled, offset, offset + count);
		stream.filled += count;
		this.#missing -= count;
		if (this.#missing === 0) {
			this.#current = undefined;
			if (stream.filled === stream.length) this.#finish(stream, onMessage);
		}
		return count;
	}

	#grow(stream: ChunkStream, needed: number): void {
		this.#checkSize(stream);
		const old = stream.body ?? EMPTY;
		this.#buffered -= old.length;
		stream.body = this.#allocate(Math.min(stream.length, Math.max(needed, old.length * 2)));
		old.copy(stream.body, 0, 0, stream.filled);
	}

	#finish(stream: ChunkStream, onMessage: (message: RawMessage) => void): void {
		const { type, streamId, timestamp, body: payload = EMPTY } = stream;
		this.#hold(-payload.length);
		stream.body = undefined;
		if (type === TYPE_SET_CHUNK_SIZE) this.#setChunkSize(payload);
		else if (type === TYPE_ABORT) this.#abort(payload);
		else onMessage({ type, streamId, timestamp, payload });
	}

	/** §5.4.1. The top bit must be zero. A size above the greatest length of a message has the same effect as that length. */
	#setChunkSize(payload: Buffer): void {
		const size = payload.length >= 4 ? payload.readUInt32BE(0) : 0;
		if (size < 1 || size > 0x7fffffff) throw new ProtocolError("chunk-size", `a chunk size of ${size}`);
		this.#chunkSize = size;
	}

	/** §5.4.2: drops the unfinished message of a chunk stream. */
	#abort(payload: Buffer): void {
		if (payload.length < 4) throw new ProtocolError("abort", "an abort message without a chunk stream id");
		const stream = this.#streams.get(payload.readUInt32BE(0));
		if (!stream?.body) return;
		this.#hold(-stream.body.length);
		stream.body = undefined;
		stream.filled = 0;
	}
}
