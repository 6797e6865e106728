import { hostname } from "node:os";
import { parseHostPort } from "./address.ts";

/** A host others dial; without a port, the one that is listened on. */
export type Advertise = { readonly host: string; readonly port?: number };

/** Reads `host`, `host:port` or `scheme://host[:port]`; undefined where it is none of them. */
export function parseAdvertise(text: string, scheme: "rtmp" | "http"): Advertise | undefined {
	const prefix = `${scheme}://`;
	const place = text.toLowerCase().startsWith(prefix) ? text.slice(prefix.length).replace(/\/$/, "") : text;
	const found = parseHostPort(place);
	return found?.port === 0 ? undefined : found;
}

/**
 * The URL a node announces for itself, such as `rtmp://10.1.1.5:1935`.
 * `bound` is the port the listener got. A wildcard address is nothing to dial: the machine's host name stands in for it.
 */
export function advertisedUrl(
	scheme: "rtmp" | "http",
	section: { readonly host: string; readonly advertise?: Advertise },
	bound: number,
): string {
	const { host, port = bound } = section.advertise ?? { host: section.host };
	const name = host === "0.0.0.0" || host === "::" ? hostname() : host;
	return `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
