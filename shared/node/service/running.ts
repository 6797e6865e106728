import type { Scope, Service } from "#shared/base/runtime";
import { drain } from "./drain.ts";
import type { Node } from "./node.ts";

/** What any running service shows to whoever started it. */
export type Running = Service & {
	/** Where others dial it, where viewers find its HTTP, and where those who run it find `/api` and `/metrics`. */
	readonly rtmp: string;
	readonly http: string;
	readonly admin: string;
};

/** A service on this node; `readers` says how many still read when it drains. Disposing closes the scope. */
export const running = (node: Node, scope: Scope, drainMs: number, readers: () => number): Running => ({
	rtmp: node.info.rtmp,
	http: node.info.http,
	admin: node.adminUrl,
	drainAsked: node.drainAsked,
	drain: (noTime) => drain(node, drainMs, readers, noTime),
	[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
});
