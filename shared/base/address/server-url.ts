import { type HostPort, parseHostPort } from "./host-port.ts";

/** RTMP 1.0 §1: the port IANA registered for RTMP. */
export const RTMP_PORT = 1935;

/** The ports that stand for themselves, by scheme. */
const PORTS = { rtmp: RTMP_PORT, http: 80, https: 443 } as const;

/** What a server's URL may begin with. */
export type ServerScheme = keyof typeof PORTS;

/**
 * Reads where `scheme://host[:port]` leads; undefined where nobody can dial it: another scheme, no host, a port that is none, a path.
 * What it takes, `URL` takes too, and finds the same host and port.
 */
export function parseServerUrl(text: string, scheme: ServerScheme): Required<HostPort> | undefined {
	const start = `${scheme}://`;
	if (!text.toLowerCase().startsWith(start) || !URL.canParse(text)) return undefined;
	const { host, port = PORTS[scheme] } = parseHostPort(text.slice(start.length).replace(/\/$/, "")) ?? {};
	return host === undefined || port === 0 ? undefined : { host, port };
}
