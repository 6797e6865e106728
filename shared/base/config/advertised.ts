import { hostname } from "node:os";
import { hostPortText, parseHostPort, parseServerUrl } from "#shared/base/address";

/** A host others dial; without a port, the one that is listened on. */
export type Advertise = { readonly host: string; readonly port?: number };

/** Reads `host`, `host:port` or `scheme://host[:port]`; undefined where it is none of them, or nobody could dial it. */
export function parseAdvertise(text: string, scheme: "rtmp" | "http"): Advertise | undefined {
	const prefix = `${scheme}://`;
	const place = text.toLowerCase().startsWith(prefix) ? text.slice(prefix.length).replace(/\/$/, "") : text;
	const found = parseHostPort(place);
	if (!found || isWildcard(found.host) || !parseServerUrl(`${prefix}${hostPortText(found)}`, scheme)) return undefined;
	return found;
}

/** Whether a listener at this host takes what comes to any address of the machine; nobody can dial it. */
export const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";

/**
 * The URL a node announces for itself, such as `rtmp://192.0.2.5:1935`.
 * `bound` is the port the listener got. A wildcard address is nothing to dial: the machine's host name stands in for it.
 */
export function advertisedUrl(
	scheme: "rtmp" | "http",
	section: { readonly host: string; readonly advertise?: Advertise },
	bound: number,
): string {
	const { host, port = bound } = section.advertise ?? { host: section.host };
	return `${scheme}://${hostPortText({ host: isWildcard(host) ? hostname() : host, port })}`;
}
