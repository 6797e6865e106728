/** RFC 1035 §2.3.4 bounds names and labels; the underscore is in use for container names. */
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;
const DIGITS_AND_DOTS = /^[0-9.]+$/;
const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;
const HOST_AND_PORT = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/;

/** A host to dial. An IPv6 address has no brackets. */
export type HostPort = { readonly host: string; readonly port?: number };

/** True for an IPv4 address of four numbers. */
export const isIpv4 = (text: string): boolean => IPV4.test(text);

/** True for an IPv6 address without brackets. */
export const isIpv6 = (text: string): boolean => text.includes(":") && URL.canParse(`http://[${text}]/`);

const isHost = (text: string): boolean => (DIGITS_AND_DOTS.test(text) ? isIpv4(text) : HOST_NAME.test(text));

/** Reads `host`, `host:port`, `[ipv6]` or `[ipv6]:port`; undefined for other text. */
export function parseHostPort(text: string): HostPort | undefined {
	const [whole, six, name, digits] = HOST_AND_PORT.exec(text) ?? [];
	if (whole === undefined) return undefined;
	const host = six ?? name ?? "";
	if (six === undefined ? !isHost(host) : !isIpv6(host)) return undefined;
	const port = digits === undefined ? undefined : Number(digits);
	if (port !== undefined && port > 65_535) return undefined;
	return port === undefined ? { host } : { host, port };
}

/** The reverse, as in a URL: `[::1]:1935`. */
export const hostPortText = ({ host, port }: HostPort): string =>
	`${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
