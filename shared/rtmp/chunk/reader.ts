import { ProtocolError } from "#shared/base/errors";
import { decodeBasicHeader } from "./basic-header.ts";
import type { BudgetShare } from "./message-budget.ts";
import { type RawMessage, TYPE_ABORT, TYPE_SET_CHUNK_SIZE } from "./raw-message.ts";

/** RTMP 1.0 §5.4.1: what either side cuts by until it says otherwise. */
export const DEFAULT_CHUNK_SIZE = 128;
/** A 4K keyframe is about 2 MiB; four times that is a bug or an attack. The format itself would allow 16 MiB. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A connection interleaves a few messages; together they may take this many times the largest one allowed. */
const MESSAGES_UNDER_WAY = 2;
/** Messages under way on all chunk streams of a connection together. */
export const MAX_BUFFERED_BYTES = MESSAGES_UNDER_WAY * MAX_MESSAGE_BYTES;
/** Encoders use three to eight; every one costs memory for as long as the connection lives. */
export const MAX_CHUNK_STREAMS = 64;
/** A claimed length is believed only this far ahead of what has arrived: claims on all chunk streams cost 256 KiB. */
const FIRST_ALLOCATION = 4096;
const EXTENDED = 0xffffff;
const EMPTY = Buffer.alloc(0);
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;

type ChunkStream = {
	timestamp: number;
	delta: number;
	/** The extended timestamp of the last header that began a message; type-3 chunks carry it again (§5.3.1.3). */
	extended: number | undefined;
	length: number;
	type: number;
	streamId: number;
	/** The message under way: `filled` of `length` bytes are in `body`. */
	body: Buffer | undefined;
	filled: number;
};

/** A header that has arrived: its fields start at `begin`. */
type HeaderFields = { format: 0 | 1 | 2 | 3; begin: number; extended: number | undefined };

/**
 * Bytes in, messages out (RTMP 1.0 §5.3). Cuts anywhere; keeps no reference to the bytes it is given.
 * Set Chunk Size and Abort act here, on the very next chunk, and do not come out.
 * Throws ProtocolError on what no encoder sends; the connection is then beyond use.
 */
export class ChunkReader {
	#streams = new Map<number, ChunkStream>();
	#chunkSize = DEFAULT_CHUNK_SIZE;
	#rest: Buffer = EMPTY;
	#buffered = 0;
	#maxMessageBytes: number;
	#share: BudgetShare | undefined;
	/** The chunk whose payload is under way, and how many of its bytes are still to come. */
	#current: ChunkStream | undefined;
	#missing = 0;

	/** A message may have `maxMessageBytes`, those under way together twice as much. */
	constructor(maxMessageBytes: number = MAX_MESSAGE_BYTES) {
		this.#maxMessageBytes = maxMessageBytes;
	}

	/** What is held for unfinished messages counts in a budget from here on, until `close`. */
	countIn(share: BudgetShare): void {
		this.#share = share;
	}

	/** Nothing more will be read: lets go of what is held. */
	close(): void {
		this.#streams.clear();
		this.#current = undefined;
		this.#rest = EMPTY;
		this.#buffered = 0;
		this.#share?.close();
	}

	/** Other bounds hold from the next message on, and for what is still to come of those under way. */
	allow(maxMessageBytes: number): void {
		this.#maxMessageBytes = maxMessageBytes;
	}

	/** Bytes held for messages that are not complete. */
	get bufferedBytes(): number {
		return this.#buffered + this.#rest.length;
	}

	/** The messages that are complete with `bytes`. */
	push(bytes: Buffer): RawMessage[] {
		const messages: RawMessage[] = [];
		this.read(bytes, (message) => messages.push(message));
		return messages;
	}

	/** As `push`, but each message comes before the next is looked at: what it allows holds for the one behind it. */
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
		// What is left is less than one chunk header; copying it lets go of the socket's read buffer.
		this.#rest = offset < input.length ? Buffer.from(input.subarray(offset)) : EMPTY;
	}

	/** Starts a chunk; the number of header bytes, or 0 while they have not all arrived. */
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
			// nginx-rtmp with play_time_fix off, and old encoders, leave it out here: then these are payload bytes.
			return this.#startChunk(stream, extended === stream.extended ? extended : undefined, end - start);
		}
		this.#readFields(stream, input, { format, begin, extended });
		this.#startMessage(stream, input.length - end);
		return this.#startChunk(stream, extended, end - start);
	}

	/** What a header says about its message (§5.3.1.2); the rest stays as the chunk stream's last message had it. */
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

	/** The payload is next; gives the number of header bytes, `extended` included. */
	#startChunk(stream: ChunkStream, extended: number | undefined, headerBytes: number): number {
		this.#current = stream;
		this.#missing = Math.min(this.#chunkSize, stream.length - stream.filled);
		return extended === undefined ? headerBytes : headerBytes + 4;
	}

	#open(chunkStream: number, format: number): ChunkStream {
		// librtmp opens chunk stream 2 with a type-1 chunk; a type 2 or 3 says nothing about length or type.
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

	/** §5.4.1. The top bit must be zero; more than a message's greatest length means the same as that length. */
	#setChunkSize(payload: Buffer): void {
		const size = payload.length >= 4 ? payload.readUInt32BE(0) : 0;
		if (size < 1 || size > 0x7fffffff) throw new ProtocolError("chunk-size", `a chunk size of ${size}`);
		this.#chunkSize = size;
	}

	/** §5.4.2: drops the part of a message that arrived on a chunk stream. */
	#abort(payload: Buffer): void {
		if (payload.length < 4) throw new ProtocolError("abort", "an abort message without a chunk stream id");
		const stream = this.#streams.get(payload.readUInt32BE(0));
		if (!stream?.body) return;
		this.#hold(-stream.body.length);
		stream.body = undefined;
		stream.filled = 0;
	}
}
