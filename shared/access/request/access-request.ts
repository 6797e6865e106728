import type { StreamKey } from "#shared/base/names";

/** In which protocol somebody came in. */
export const PROTOCOLS = ["rtmp", "http-flv", "ws-flv", "mpegts", "hls", "dash"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Longer ones are cut: they are shown and logged, never looked up. */
const MAX_AGENT_LENGTH = 200;

/** What a peer brought to prove who it is, beside the query. */
export type Credentials = { readonly user?: string; readonly password?: string; readonly bearer?: string };

/** Somebody wants to publish or play; each door says it in these words, whatever its protocol. */
export type AccessRequest = {
	readonly action: "publish" | "play";
	readonly key: StreamKey;
	readonly protocol: Protocol;
	/** The peer's IP address. */
	readonly address: string;
	/** What stood behind `?` in the name or address asked for, as it was written; "" where nothing did. */
	readonly query: string;
	/** What the peer calls itself: `User-Agent`, or RTMP's `flashVer`. */
	readonly agent: string;
	readonly credentials: Credentials;
	/** The id of the node at the other end, proved where there is a cluster key; undefined for encoders and viewers. */
	readonly node: string | undefined;
};

/** A peer's name for itself as it may be shown. */
export const agentOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, MAX_AGENT_LENGTH) : "");

/** What stands behind the first `?`. */
export const queryOf = (text: string): string => text.slice(text.indexOf("?") + 1 || text.length);

/** Reads an `Authorization` header: Basic (RFC 7617) and Bearer (RFC 6750); anything else is no credentials. */
export function credentialsOf(header: string | undefined): Credentials {
	const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(header ?? "") ?? [];
	switch (scheme.toLowerCase()) {
		case "bearer":
			return { bearer: value };
		case "basic": {
			const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
			return user === undefined || password === undefined ? {} : { user, password };
		}
		default:
			return {};
	}
}

/** Reads the user and password of an address such as `rtmp://user:password@host/app`. */
export function credentialsIn(address: string): Credentials {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || (url.username === "" && url.password === "")) return {};
	try {
		return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
	} catch {
		return { user: url.username, password: url.password };
	}
}
