import { z } from "zod";
import { parseHostPort } from "#shared/base/address";

/** What a change of a live key reaches, where that is only what begins after it. */
type New = "connections" | "streams" | "pulls" | "plays";

/**
 * What a person is told about one key: `want` completes "want …", `about` stands in the reference. `live` changes while the
 * service runs, for all or for what is new.
 */
export type FieldNote = { want: string; about: string; secret?: true; unset?: string; live?: true | New };

/** The notes of all keys, by schema. */
export const notes = z.registry<FieldNote>();

/** One key of the configuration: `want` for its error sentence, `about` for the reference. */
export function field<T extends z.ZodType>(
	schema: T,
	want: string,
	about: string,
	more: Pick<FieldNote, "secret" | "unset" | "live"> = {},
): T {
	notes.add(schema, { want, about, ...more });
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

/** A day: longer is a unit mistaken, and timers end at 24.8 days. */
const MAX_MS = 86_400_000;

/** A span in milliseconds; live. */
export const millis = (standard: number, about: string, min = 0, max = MAX_MS) =>
	field(z.int().min(min).max(max).default(standard), `whole milliseconds from ${min} to ${max}`, about, LIVE);

/** A number of things; `max` is where more is a mistake. Live. */
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
export const text = (want: string, about: string, unset = "none") =>
	field(z.string().min(1).exactOptional(), want, about, { unset });

/** Text that may stay unset and never shows in a sentence. */
export const secret = (want: string, about: string, min = 1) =>
	field(z.string().min(min).exactOptional(), want, about, { secret: true, unset: "none" });
