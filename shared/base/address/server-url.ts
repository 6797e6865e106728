import { type HostPort, parseHostPort } from "./host-port.ts";

/** RTMP 1.0 §1: the port IANA registered for RTMP. */
export const RTMP_PORT = 1935;

/** The default ports by scheme. */
const PORTS = { rtmp: RTMP_PORT, http: 80, https: 443 } as const;

/** The schemes of a server's URL. */
export type ServerScheme = keyof typeof PORTS;

/**
 * Reads host and port of `scheme://host[:port]`. Undefined if it has another scheme, no host, a wrong port or a path. `URL`
 * accepts everything that this function accepts, with the same host and port.
 */
export function parseServerUrl(text: string, scheme: ServerScheme): Required<HostPort> | undefined {
	const start = `${scheme}://`;
	if (!text.toLowerCase().startsWith(start) || !URL.canParse(text)) return undefined;
	const { host, port = PORTS[scheme] } = parseHostPort(text.slice(start.length).replace(/\/$/, "")) ?? {};
	return host === undefined || port === 0 ? undefined : { host, port };
}
