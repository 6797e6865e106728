import { isIpv4, isIpv6, parseHostPort, RTMP_PORT } from "#shared/base/address";
import { isNodeId, parseStreamKey } from "#shared/base/names";

/** Where a server is: a node of the mesh by its id, or a host to dial. IPv6 hosts have no brackets. `app` overrides the app of the stream. */
export type Address =
	| { readonly type: "node"; readonly id: string }
	| { readonly type: "rtmp"; readonly host: string; readonly port: number; readonly app?: string };

/** What an address may look like, as error sentences say it. */
export const ADDRESS_FORMS = "a node id, host:port, an IP address or an rtmp:// URL";

/** True for the app half of a stream key. */
export const isAppName = (text: string): boolean => parseStreamKey(`${text}/x`) !== undefined;

function parseRtmpUrl(text: string): Address | undefined {
	const [authority = "", ...path] = text.slice("rtmp://".length).split("/");
	const [app = "", ...rest] = path;
	const place = parseHostPort(authority);
	if (!place || place.port === 0 || rest.some((part) => part !== "")) return undefined;
	const { host, port = RTMP_PORT } = place;
	if (app === "") return { type: "rtmp", host, port };
	return isAppName(app) ? { type: "rtmp", host, port, app } : undefined;
}

/**
 * Reads an address; undefined for other text. A bare word is a node id. A host without a dot needs its port (`origin1:1935`)
 * or is written as a URL. `localhost` is always a host.
 */
export function parseAddress(text: string): Address | undefined {
	if (text.toLowerCase().startsWith("rtmp://")) return parseRtmpUrl(text);
	if (isNodeId(text) && text !== "localhost") return { type: "node", id: text };
	const place = parseHostPort(text);
	if (!place || place.port === 0) return undefined;
	return { type: "rtmp", host: place.host, port: place.port ?? RTMP_PORT };
}

/** Says in part of a sentence why `text` is not an address. */
export function addressProblem(text: string): string {
	if (isIpv6(text)) return `write an IPv6 address in brackets: [${text}]`;
	if (/^rtmps:\/\//i.test(text)) return `upstreams are dialled over plain rtmp://, got "${text}"`;
	return `expected ${ADDRESS_FORMS}, got "${text}"`;
}

/** True if the host can only be this machine. Nothing that is sent there leaves it. */
export function isLoopback(host: string): boolean {
	const plain = host.toLowerCase().replace(/\.$/, "");
	if (plain === "localhost" || plain.endsWith(".localhost")) return true;
	if (isIpv4(plain)) return plain.startsWith("127.");
	return isIpv6(plain) && /^\[::(1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(new URL(`http://[${plain}]/`).hostname);
}
