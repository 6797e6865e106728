import { ByteReader } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import { Amf3Decoder } from "./amf3.ts";
import { Budget } from "./budget.ts";
import { marker } from "./marker.ts";
import type { Amf0Object, Amf0Value } from "./value.ts";

/** Long strings are XML or XMP in data messages, which a relay does not read; commands have none. */
const MAX_LONG_STRING_BYTES = 64 * 1024;

/**
 * All values of a command or data message, to its end; none of them refers to `bytes` afterwards.
 * A message of type 15 or 17 has one byte 0x00 before its first value: take it off first.
 * Throws ProtocolError on anything malformed, on references and past the bounds on depth, count and length.
 */
export function decodeAmf0(bytes: Uint8Array): Amf0Value[] {
	const reader = new ByteReader(bytes);
	const decoder = new Amf0Decoder(reader);
	const values: Amf0Value[] = [];
	while (reader.remaining > 0) values.push(decoder.value());
	return values;
}

class Amf0Decoder {
	readonly #reader: ByteReader;
	readonly #budget = new Budget();
	readonly #amf3: Amf3Decoder;

	constructor(reader: ByteReader) {
		this.#reader = reader;
		this.#amf3 = new Amf3Decoder(reader, this.#budget);
	}

	value(): Amf0Value {
		this.#budget.charge();
		const type = this.#reader.u8();
		switch (type) {
			case marker.number:
				return this.#reader.f64();
			case marker.boolean:
				return this.#reader.u8() !== 0;
			case marker.string:
				return this.#reader.text(this.#reader.u16());
			case marker.null:
				return null;
			case marker.undefined:
			case marker.unsupported:
				return undefined;
			case marker.date:
				return this.#date();
			case marker.longString:
			case marker.xmlDocument:
				return this.#longString();
			default:
				return this.#budget.nested(() => this.#container(type));
		}
	}

	#container(type: number): Amf0Value {
		switch (type) {
			case marker.object:
				return this.#object();
			case marker.typedObject:
				this.#reader.skip(this.#reader.u16());
				return this.#object();
			case marker.ecmaArray:
				// §2.10: the count is a hint that some encoders leave at zero; the end marker decides.
				this.#reader.skip(4);
				return this.#object();
			case marker.strictArray:
				return this.#strictArray();
			case marker.avmplus:
				return this.#amf3.value();
			case marker.reference:
				// A reference makes cycles and trees that grow when walked; no known client sends one.
				throw new ProtocolError("amf0-reference", "An AMF0 reference is not accepted.");
			default:
				throw new ProtocolError("amf0-marker", `0x${type.toString(16)} is not the start of an AMF0 value.`);
		}
	}

	/** §2.5: properties until an empty name that is followed by the end marker. */
	#object(): Amf0Object {
		const object: Amf0Object = Object.create(null);
		for (;;) {
			const length = this.#reader.u16();
			if (length === 0 && this.#reader.peek() === marker.objectEnd) {
				this.#reader.skip(1);
				return object;
			}
			const name = this.#reader.text(length);
			object[name] = this.value();
		}
	}

	/** §2.12 */
	#strictArray(): Amf0Value[] {
		const count = this.#reader.u32();
		const values: Amf0Value[] = [];
		while (values.length < count) values.push(this.value());
		return values;
	}

	/** §2.13: milliseconds since 1970; the time zone is reserved and not to be used. */
	#date(): Date {
		const date = new Date(this.#reader.f64());
		this.#reader.skip(2);
		return date;
	}

	/** §2.14, §2.17 */
	#longString(): string {
		const length = this.#reader.u32();
		if (length > MAX_LONG_STRING_BYTES) {
			throw new ProtocolError("amf0-string", `A string of ${length} bytes is longer than ${MAX_LONG_STRING_BYTES}.`);
		}
		return this.#reader.text(length);
	}
}
