import { hostname } from "node:os";
import { hostPortText, parseHostPort, parseServerUrl } from "#shared/base/address";

/** The host that others dial. Without a port they dial the listening port. */
export type Advertise = { readonly host: string; readonly port?: number };

/** Reads `host`, `host:port` or `scheme://host[:port]`; undefined for other text, and for hosts that nobody can dial. */
export function parseAdvertise(text: string, scheme: "rtmp" | "http"): Advertise | undefined {
	const prefix = `${scheme}://`;
	const place = text.toLowerCase().startsWith(prefix) ? text.slice(prefix.length).replace(/\/$/, "") : text;
	const found = parseHostPort(place);
	if (!found || isWildcard(found.host) || !parseServerUrl(`${prefix}${hostPortText(found)}`, scheme)) return undefined;
	return found;
}

/** Whether this host means all addresses of the machine. Nobody can dial it. */
export const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::";

/**
 * The URL a node announces for itself, such as `rtmp://192.0.2.5:1935`.
 * `bound` is the port the listener got. Nobody can dial a wildcard address, so the host name of the machine replaces it.
 */
export function advertisedUrl(
	scheme: "rtmp" | "http",
	section: { readonly host: string; readonly advertise?: Advertise },
	bound: number,
): string {
	const { host, port = bound } = section.advertise ?? { host: section.host };
	return `${scheme}://${hostPortText({ host: isWildcard(host) ? hostname() : host, port })}`;
}
