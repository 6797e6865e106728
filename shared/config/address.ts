import { parseStreamKey } from "#shared/media";

/** Where a server is: a node of the mesh by its id, or a host to dial. IPv6 hosts stand without brackets; an `app` overrides that of the stream. */
export type Address =
	| { readonly type: "node"; readonly id: string }
	| { readonly type: "rtmp"; readonly host: string; readonly port: number; readonly app?: string };

/** RTMP 1.0 §1: the port IANA registered for RTMP. */
export const RTMP_PORT = 1935;

/** What an address may look like, as error sentences say it. */
export const ADDRESS_FORMS = "a node id, host:port, an IP address or an rtmp:// URL";

const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** RFC 1035 §2.3.4 bounds names and labels; the underscore is in use for container names. */
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;
const DIGITS_AND_DOTS = /^[0-9.]+$/;
const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;
const HOST_AND_PORT = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/;

/** True for a node id: 1 to 64 letters, digits, `_` and `-`. */
export const isNodeId = (text: string): boolean => NODE_ID.test(text);

/** True for the app half of a stream key. */
export const isAppName = (text: string): boolean => parseStreamKey(`${text}/x`) !== undefined;

function isIpv6(text: string): boolean {
	return text.includes(":") && URL.canParse(`http://[${text}]/`);
}

function isHost(text: string): boolean {
	return DIGITS_AND_DOTS.test(text) ? IPV4.test(text) : HOST_NAME.test(text);
}

/** Reads `host`, `host:port`, `[ipv6]` or `[ipv6]:port`; undefined where it is none of them. */
export function parseHostPort(text: string): { host: string; port?: number } | undefined {
	const [whole, six, name, digits] = HOST_AND_PORT.exec(text) ?? [];
	if (whole === undefined) return undefined;
	const host = six ?? name ?? "";
	if (six === undefined ? !isHost(host) : !isIpv6(host)) return undefined;
	const port = digits === undefined ? undefined : Number(digits);
	if (port !== undefined && port > 65_535) return undefined;
	return port === undefined ? { host } : { host, port };
}

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
 * Reads an address, or undefined where it is none.
 * A bare word is a node id: a host without a dot is written with its port (`origin1:1935`) or as a URL. `localhost` is always a host.
 */
export function parseAddress(text: string): Address | undefined {
	if (text.toLowerCase().startsWith("rtmp://")) return parseRtmpUrl(text);
	if (isNodeId(text) && text !== "localhost") return { type: "node", id: text };
	const place = parseHostPort(text);
	if (!place || place.port === 0) return undefined;
	return { type: "rtmp", host: place.host, port: place.port ?? RTMP_PORT };
}

/** One sentence part that says why `text` is no address. */
export function addressProblem(text: string): string {
	if (isIpv6(text)) return `an IPv6 address stands in brackets: [${text}]`;
	if (/^rtmps:\/\//i.test(text)) return `upstreams are dialled over plain rtmp://, got "${text}"`;
	return `want ${ADDRESS_FORMS}, got "${text}"`;
}

/** True where only this machine can be meant: nothing that is sent there leaves it. */
export function isLoopback(host: string): boolean {
	const plain = host.toLowerCase().replace(/\.$/, "");
	if (plain === "localhost" || plain.endsWith(".localhost")) return true;
	if (IPV4.test(plain)) return plain.startsWith("127.");
	return isIpv6(plain) && /^\[::(1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(new URL(`http://[${plain}]/`).hostname);
}
