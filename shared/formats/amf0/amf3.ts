import type { ByteReader } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import type { Budget } from "./budget.ts";
import type { Amf0Object, Amf0Value } from "./value.ts";

/** AMF3 §3.1 */
const marker = {
	undefined: 0x00,
	null: 0x01,
	false: 0x02,
	true: 0x03,
	integer: 0x04,
	double: 0x05,
	string: 0x06,
	xmlDocument: 0x07,
	date: 0x08,
	array: 0x09,
	object: 0x0a,
	xml: 0x0b,
} as const;

type Traits = { readonly names: readonly string[]; readonly dynamic: boolean };

/**
 * Reads the AMF3 values that follow an avmplus marker: what Flash sends with objectEncoding 3.
 * Strings and traits may refer back, anywhere in the message; objects that do, externalizable objects,
 * byte arrays, vectors and dictionaries are refused.
 */
export class Amf3Decoder {
	readonly #reader: ByteReader;
	readonly #budget: Budget;
	readonly #strings: string[] = [];
	readonly #traits: Traits[] = [];

	constructor(reader: ByteReader, budget: Budget) {
		this.#reader = reader;
		this.#budget = budget;
	}

	value(): Amf0Value {
		this.#budget.charge();
		const type = this.#reader.u8();
		switch (type) {
			case marker.undefined:
				return undefined;
			case marker.null:
				return null;
			case marker.false:
				return false;
			case marker.true:
				return true;
			case marker.integer:
				// §3.6: 29 bits with a sign.
				return (this.#u29() << 3) >> 3;
			case marker.double:
				return this.#reader.f64();
			case marker.string:
				return this.#string();
			case marker.xmlDocument:
			case marker.xml:
				return this.#reader.text(this.#inline() >> 1);
			case marker.date:
				this.#inline();
				return new Date(this.#reader.f64());
			case marker.array:
				return this.#budget.nested(() => this.#array());
			case marker.object:
				return this.#budget.nested(() => this.#object());
			default:
				throw new ProtocolError("amf3-marker", `AMF3 values of type 0x${type.toString(16)} are not accepted.`);
		}
	}

	/** §1.3.1: seven bits in each of three bytes while the top bit is set, then eight. */
	#u29(): number {
		let value = 0;
		for (let count = 0; count < 3; count++) {
			const byte = this.#reader.u8();
			value = (value << 7) | (byte & 0x7f);
			if (byte < 0x80) return value;
		}
		return (value << 8) | this.#reader.u8();
	}

	/** A length or a set of flags whose lowest bit says "not a reference". */
	#inline(): number {
		const flags = this.#u29();
		if ((flags & 1) === 0) throw new ProtocolError("amf3-reference", "An AMF3 object reference is not accepted.");
		return flags;
	}

	/** §3.8: the empty string is never referred to. */
	#string(): string {
		const flags = this.#u29();
		if ((flags & 1) === 0) return referred(this.#strings, flags >> 1);
		const text = this.#reader.text(flags >> 1);
		if (text !== "") this.#strings.push(text);
		return text;
	}

	/** §3.11: named entries until an empty name, then the dense ones; with names the whole is an object. */
	#array(): Amf0Value {
		const count = this.#inline() >> 1;
		const named = this.#named(Object.create(null));
		const dense: Amf0Value[] = [];
		while (dense.length < count) dense.push(this.value());
		return Object.keys(named).length === 0 ? dense : Object.assign(named, dense);
	}

	/** §3.12 */
	#object(): Amf0Object {
		const traits = this.#readTraits(this.#inline());
		const object: Amf0Object = Object.create(null);
		for (const name of traits.names) object[name] = this.value();
		return traits.dynamic ? this.#named(object) : object;
	}

	#named(object: Amf0Object): Amf0Object {
		for (let name = this.#string(); name !== ""; name = this.#string()) object[name] = this.value();
		return object;
	}

	#readTraits(flags: number): Traits {
		if ((flags & 2) === 0) return referred(this.#traits, flags >> 2);
		if ((flags & 4) !== 0) throw new ProtocolError("amf3-marker", "An externalizable AMF3 object is not accepted.");
		this.#string();
		const names: string[] = [];
		for (let left = flags >> 4; left > 0; left--) {
			this.#budget.charge();
			names.push(this.#string());
		}
		const traits = { names, dynamic: (flags & 8) !== 0 };
		this.#traits.push(traits);
		return traits;
	}
}

function referred<T>(table: readonly T[], index: number): T {
	const found = table[index];
	if (found === undefined) throw new ProtocolError("amf3-reference", `AMF3 reference ${index} refers to nothing.`);
	return found;
}
