const INITIAL_BYTES = 256;

/** Writes into a buffer that grows as needed. Numbers are big-endian unless they say otherwise; calls can be chained. */
export class ByteWriter {
	#bytes: Buffer;
	#length = 0;

	constructor(expectedBytes: number = INITIAL_BYTES) {
		this.#bytes = Buffer.allocUnsafe(expectedBytes);
	}

	/** Bytes written so far. */
	get length(): number {
		return this.#length;
	}

	u8(value: number): this {
		const start = this.#grow(1);
		this.#bytes.writeUInt8(value, start);
		return this;
	}

	u16(value: number): this {
		const start = this.#grow(2);
		this.#bytes.writeUInt16BE(value, start);
		return this;
	}

	u24(value: number): this {
		const start = this.#grow(3);
		this.#bytes.writeUIntBE(value, start, 3);
		return this;
	}

	u32(value: number): this {
		const start = this.#grow(4);
		this.#bytes.writeUInt32BE(value, start);
		return this;
	}

	/** RTMP writes a chunk header's message stream id this way. */
	u32le(value: number): this {
		const start = this.#grow(4);
		this.#bytes.writeUInt32LE(value, start);
		return this;
	}

	f64(value: number): this {
		const start = this.#grow(8);
		this.#bytes.writeDoubleBE(value, start);
		return this;
	}

	/** Appends a copy. */
	bytes(bytes: Uint8Array): this {
		const start = this.#grow(bytes.length);
		this.#bytes.set(bytes, start);
		return this;
	}

	/** Appends UTF-8, without a length before it. */
	text(text: string): this {
		return this.bytes(Buffer.from(text, "utf8"));
	}

	/** All that was written, as a view that is the caller's; the writer is not used afterwards. */
	finish(): Buffer {
		return this.#bytes.subarray(0, this.#length);
	}

	/** Makes room and says where it starts. It may replace the buffer: call it before naming `#bytes`. */
	#grow(count: number): number {
		const start = this.#length;
		this.#length += count;
		if (this.#length > this.#bytes.length) {
			const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
			larger.set(this.#bytes.subarray(0, start));
			this.#bytes = larger;
		}
		return start;
	}
}
