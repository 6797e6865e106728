import { ProtocolError } from "#shared/base/errors";

/**
 * A cursor over bytes it does not own. Numbers are big-endian unless they say otherwise.
 * Reading past the end throws ProtocolError "truncated" and leaves the cursor where it was.
 */
export class ByteReader {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	/** Bytes not read yet. */
	get remaining(): number {
		return this.#bytes.length - this.#at;
	}

	/** The next byte without taking it; undefined at the end. */
	peek(): number | undefined {
		return this.#bytes[this.#at];
	}

	u8(): number {
		return this.#bytes.readUInt8(this.#take(1));
	}

	u16(): number {
		return this.#bytes.readUInt16BE(this.#take(2));
	}

	u24(): number {
		return this.#bytes.readUIntBE(this.#take(3), 3);
	}

	u32(): number {
		return this.#bytes.readUInt32BE(this.#take(4));
	}

	/** RTMP writes a chunk header's message stream id this way. */
	u32le(): number {
		return this.#bytes.readUInt32LE(this.#take(4));
	}

	f64(): number {
		return this.#bytes.readDoubleBE(this.#take(8));
	}

	/** The next `count` bytes as a view: no copy, it lives as long as the bytes under it. */
	bytes(count: number): Buffer {
		const start = this.#take(count);
		return this.#bytes.subarray(start, start + count);
	}

	/** The next `count` bytes as UTF-8; what is not UTF-8 reads as U+FFFD. */
	text(count: number): string {
		const start = this.#take(count);
		return this.#bytes.toString("utf8", start, start + count);
	}

	skip(count: number): void {
		this.#take(count);
	}

	#take(count: number): number {
		if (count > this.remaining) {
			throw new ProtocolError("truncated", `${count} bytes are needed and ${this.remaining} are left.`);
		}
		const start = this.#at;
		this.#at += count;
		return start;
	}
}
