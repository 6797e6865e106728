import type { Config, Settings } from "#shared/base/config";
import type { Scope, Service } from "#shared/base/runtime";
import { drain } from "./drain.ts";
import type { Node } from "./node.ts";

/** What every running service shows to its caller. */
export type Running<C extends Config = Config> = Service & {
	/** The addresses for other nodes (RTMP), for viewers (HTTP) and for operators (`/api` and `/metrics`). */
	readonly rtmp: string;
	readonly http: string;
	readonly admin: string;
	/** Its configuration, and where that changes. */
	readonly settings: Settings<C>;
};

/** A service on this node. `readers` returns how many still read while it drains. Disposing closes the scope. */
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
