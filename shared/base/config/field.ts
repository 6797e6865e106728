import { z } from "zod";
import { parseHostPort } from "#shared/base/address";

/** What a change of a live key reaches, where that is only what begins after it. */
type New = "connections" | "streams" | "pulls" | "plays";

/**
 * What a person is told about one key: `allowed` follows "expected" in its error sentence and "Allowed:" in the reference.
 * `about` says in the reference what the key is for. A `live` key can change while the service runs, for all or for what is new.
 */
export type FieldNote = { allowed: string; about: string; secret?: true; unset?: string; live?: true | New };

/** The notes of all keys, by schema. */
export const notes = z.registry<FieldNote>();

/** One key of the configuration: with its values in words (`allowed`) and its purpose (`about`). */
export function field<T extends z.ZodType>(
	schema: T,
	allowed: string,
	about: string,
	more: Pick<FieldNote, "secret" | "unset" | "live"> = {},
): T {
	notes.add(schema, { allowed, about, ...more });
	return schema;
}

/** For keys that change while the service runs. */
export const LIVE = { live: true } as const;

/** Has a change of a live key reach only what begins after it. */
export function forNew<T extends z.ZodType>(live: New, key: T): T {
	const note = notes.get(key);
	if (note) notes.add(key, { ...note, live });
	return key;
}

/** One day. A longer span is surely a wrong unit, and timers of Node end at 24.8 days. */
const MAX_MS = 86_400_000;

/** A span in milliseconds; live. */
export const millis = (standard: number, about: string, min = 0, max = MAX_MS) =>
	field(z.int().min(min).max(max).default(standard), `whole milliseconds from ${min} to ${max}`, about, LIVE);

/** A number of things; a value above `max` is surely a mistake. Live. */
export const count = (standard: number, about: string, min = 1, max = 10_000_000) =>
	field(z.int().min(min).max(max).default(standard), `a whole number from ${min} to ${max}`, about, LIVE);

/** A size in bytes; live. */
export const bytes = (standard: number, about: string, min: number) =>
	field(
		z.int().min(min).max(Number.MAX_SAFE_INTEGER).default(standard),
		`a number of bytes, at least ${min}`,
		about,
		LIVE,
	);

const aPort = z.int().min(0).max(65_535);
const PORT = "a port from 0 to 65535";

/** A port to listen on; 0 takes a free one. */
export const port = (standard: number, about: string) => field(aPort.default(standard), PORT, about);

/** A port to listen on that may stay unset. */
export const portOr = (unset: string, about: string) => field(aPort.exactOptional(), PORT, about, { unset });

const aHost = z.string().refine((text) => parseHostPort(text.includes(":") ? `[${text}]` : text) !== undefined);
const HOST = "an IP address or a host name, without a port";

/** An address to listen on. */
export const listenHost = (about: string) => field(aHost.default("127.0.0.1"), HOST, about);

/** An address to listen on that may stay unset. */
export const listenHostOr = (unset: string, about: string) => field(aHost.exactOptional(), HOST, about, { unset });

/** Text that may stay unset. */
export const text = (allowed: string, about: string, unset = "none") =>
	field(z.string().min(1).exactOptional(), allowed, about, { unset });

/** Text that may stay unset and never shows in a sentence. */
export const secret = (allowed: string, about: string, min = 1) =>
	field(z.string().min(min).exactOptional(), allowed, about, { secret: true, unset: "none" });
