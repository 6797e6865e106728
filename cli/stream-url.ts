import { RTMP_PORT } from "#shared/base/address";
import { ConfigError } from "#shared/base/errors";

/** The address of a stream on an RTMP server. */
export type RtmpUrl = {
	readonly scheme: "rtmp";
	/** As it was written. */
	readonly text: string;
	/** Without brackets. */
	readonly host: string;
	readonly port: number;
	readonly app: string;
	/** With its query, if there is one. */
	readonly name: string;
	readonly tcUrl: string;
};

/** The address of a stream over HTTP-FLV. */
export type HttpUrl = { readonly scheme: "http"; readonly text: string };

function parse(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}

/** Reads `rtmp://host[:port]/app/name`. Throws ConfigError. */
export function parseRtmpUrl(text: string): RtmpUrl {
	const url = parse(text);
	const [, app, name] = /^\/(.+)\/([^/]+)$/.exec(url?.pathname ?? "") ?? [];
	if (url?.protocol !== "rtmp:" || url.hostname === "" || app === undefined || name === undefined) {
		throw new ConfigError(`${text}: expected an address such as rtmp://127.0.0.1:1935/live/demo`);
	}
	return {
		scheme: "rtmp",
		text,
		host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
		port: url.port === "" ? RTMP_PORT : Number(url.port),
		app,
		name: `${name}${url.search}`,
		tcUrl: `rtmp://${url.host}/${app}`,
	};
}

/** Reads the address of a stream to play: `rtmp://…/app/name` or `http://…/app/name.flv`. Throws ConfigError. */
export function parsePlayUrl(text: string): RtmpUrl | HttpUrl {
	const url = parse(text);
	if (url?.protocol === "rtmp:") return parseRtmpUrl(text);
	if (url?.protocol === "http:") return { scheme: "http", text };
	throw new ConfigError(`${text}: expected rtmp://host:port/app/name or http://host:port/app/name.flv`);
}
