import { ByteWriter } from "#shared/base/bytes";
import { marker } from "./marker.ts";
import { type Amf0Object, type Amf0Value, EcmaArray } from "./value.ts";

const MAX_SHORT_STRING_BYTES = 0xffff;

/** The values of one command or data message, one after the other. Never writes AMF3 or references. */
export function encodeAmf0(...values: readonly (Amf0Value | EcmaArray)[]): Buffer {
	const writer = new ByteWriter();
	for (const value of values) writeValue(writer, value);
	return writer.finish();
}

function writeValue(writer: ByteWriter, value: Amf0Value | EcmaArray): void {
	if (typeof value === "number") writer.u8(marker.number).f64(value);
	else if (typeof value === "boolean") writer.u8(marker.boolean).u8(value ? 1 : 0);
	else if (typeof value === "string") writeString(writer, value);
	else if (value === null) writer.u8(marker.null);
	else if (value === undefined) writer.u8(marker.undefined);
	else writeContainer(writer, value);
}

function writeContainer(writer: ByteWriter, value: Date | EcmaArray | Amf0Object | Amf0Value[]): void {
	if (value instanceof Date) {
		writer.u8(marker.date).f64(value.getTime()).u16(0);
	} else if (value instanceof EcmaArray) {
		writer.u8(marker.ecmaArray).u32(Object.keys(value.entries).length);
		writeProperties(writer, value.entries);
	} else if (Array.isArray(value)) {
		writer.u8(marker.strictArray).u32(value.length);
		for (const entry of value) writeValue(writer, entry);
	} else {
		writer.u8(marker.object);
		writeProperties(writer, value);
	}
}

function writeString(writer: ByteWriter, text: string): void {
	const bytes = Buffer.from(text, "utf8");
	if (bytes.length > MAX_SHORT_STRING_BYTES) writer.u8(marker.longString).u32(bytes.length);
	else writer.u8(marker.string).u16(bytes.length);
	writer.bytes(bytes);
}

function writeProperties(writer: ByteWriter, object: Readonly<Amf0Object>): void {
	for (const [name, value] of Object.entries(object)) {
		const bytes = Buffer.from(name, "utf8");
		writer.u16(bytes.length).bytes(bytes);
		writeValue(writer, value);
	}
	writer.u16(0).u8(marker.objectEnd);
}
