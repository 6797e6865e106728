import type { Config, Settings } from "#shared/base/config";
import type { Scope, Service } from "#shared/base/runtime";
import { drain } from "./drain.ts";
import type { Node } from "./node.ts";

/** What any running service shows to whoever started it. */
export type Running<C extends Config = Config> = Service & {
	/** Where others dial it, where viewers find its HTTP, and where those who run it find `/api` and `/metrics`. */
	readonly rtmp: string;
	readonly http: string;
	readonly admin: string;
	/** Its configuration, and where that changes. */
	readonly settings: Settings<C>;
};

/** A service on this node; `readers` says how many still read when it drains. Disposing closes the scope. */
export const running = <C extends Config>(
	node: Node,
	scope: Scope,
	settings: Settings<C>,
	readers: () => number,
): Running<C> => ({
	settings,
	rtmp: node.info.rtmp,
	http: node.info.http,
	admin: node.adminUrl,
	drainAsked: node.drainAsked,
	drain: (noTime) => drain(node, settings.config.drainMs, readers, noTime),
	[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
});
