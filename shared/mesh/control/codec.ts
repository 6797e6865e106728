import { Packr, Unpackr } from "msgpackr";
import type { z } from "zod";
import { ProtocolError } from "#shared/base/errors";
import { checkShape } from "./msgpack-shape.ts";

/** A register page stays under 192 KiB. NATS carries 1 MiB by default. A larger message is not from Millrace and is not read. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "number" });

/** One control message as MessagePack. */
export const encode = (value: object): Uint8Array => packr.pack(value);

/** Reads one control message. Fields that the schema does not know are left out. Throws only ProtocolError. */
export function decode<T>(schema: z.ZodType<T>, payload: Uint8Array): T {
	if (payload.length > MAX_PAYLOAD_BYTES)
		throw new ProtocolError(
			"oversized",
			`A control message has ${payload.length} bytes, more than ${MAX_PAYLOAD_BYTES}.`,
		);
	checkShape(payload);
	const result = schema.safeParse(unpack(payload));
	if (result.success) return result.data;
	const where = result.error.issues[0]?.path.join(".") || "the whole";
	throw new ProtocolError("invalid", `A control message does not fit its subject, at ${where}.`);
}

function unpack(payload: Uint8Array): unknown {
	try {
		return unpackr.unpack(payload);
	} catch {
		throw new ProtocolError("malformed", "A control message cannot be read as MessagePack.");
	}
}
