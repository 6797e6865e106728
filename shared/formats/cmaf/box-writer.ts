const HIGH = 2 ** 32;

/** Writes boxes (ISO/IEC 14496-12 §4.2) into a buffer whose size is known before; a box's own size is filled in at its end. */
export class BoxWriter {
	readonly bytes: Buffer;
	#at = 0;

	/** The buffer has to have room for all that is written. */
	constructor(bytes: Buffer) {
		this.bytes = bytes;
	}

	/** Bytes written so far. */
	get length(): number {
		return this.#at;
	}

	u8(value: number): this {
		this.#at = this.bytes.writeUInt8(value, this.#at);
		return this;
	}

	u16(value: number): this {
		this.#at = this.bytes.writeUInt16BE(value, this.#at);
		return this;
	}

	u32(value: number): this {
		this.#at = this.bytes.writeUInt32BE(value, this.#at);
		return this;
	}

	i32(value: number): this {
		this.#at = this.bytes.writeInt32BE(value, this.#at);
		return this;
	}

	/** A safe integer without sign in 64 bits. */
	u64(value: number): this {
		return this.u32(Math.floor(value / HIGH)).u32(value % HIGH);
	}

	zeros(count: number): this {
		this.bytes.fill(0, this.#at, this.#at + count);
		this.#at += count;
		return this;
	}

	/** Appends a copy. */
	copy(bytes: Uint8Array): this {
		this.bytes.set(bytes, this.#at);
		this.#at += bytes.length;
		return this;
	}

	/** Latin-1: FourCCs and names. */
	text(text: string): this {
		this.#at += this.bytes.write(text, this.#at, "latin1");
		return this;
	}

	/** Begins a box and says where, for `end`. */
	begin(type: string): number {
		const start = this.#at;
		this.u32(0).text(type);
		return start;
	}

	/** Begins a box with version and flags (§4.2.2). */
	beginFull(type: string, version: number, flags: number): number {
		const start = this.begin(type);
		this.u32(version * 2 ** 24 + flags);
		return start;
	}

	/** Ends the box that began there. */
	end(start: number): this {
		this.bytes.writeUInt32BE(this.#at - start, start);
		return this;
	}
}
