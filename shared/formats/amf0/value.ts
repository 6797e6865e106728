/** A decoded AMF0 value in its plain JavaScript form; typed objects lose their class name, XML is its text. */
export type Amf0Value = number | boolean | string | null | undefined | Date | Amf0Object | Amf0Value[];

/** An AMF0 object or ECMA array. Decoded ones have no prototype: `__proto__` is a name like any other. */
export type Amf0Object = { [name: string]: Amf0Value };

/** Asks `encodeAmf0` for an ECMA array instead of an object: players and servers expect onMetaData so. */
export class EcmaArray {
	readonly entries: Readonly<Amf0Object>;
	constructor(entries: Readonly<Amf0Object>) {
		this.entries = entries;
	}
}

/** Whether a value is an object with named properties (and not an array, a date or null). */
export const isAmf0Object = (value: Amf0Value | EcmaArray): value is Amf0Object =>
	typeof value === "object" &&
	value !== null &&
	!Array.isArray(value) &&
	!(value instanceof Date) &&
	!(value instanceof EcmaArray);
