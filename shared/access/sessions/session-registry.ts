import { randomBytes } from "node:crypto";
import type { AccessRequest } from "#shared/access/request";
import { actionOf, type SessionAction, type SessionInfo, type SessionOptions } from "./session.ts";

/** 72 bits: nobody guesses somebody else's. */
const ID_BYTES = 9;

/** Which sessions are wanted; what is left out fits all. */
export type SessionFilter = {
	readonly key?: string | undefined;
	readonly action?: SessionAction | undefined;
	readonly address?: string | undefined;
};

/** One page of a list; `next` is the place to go on behind, absent on the last page. */
export type SessionPage = { readonly sessions: readonly SessionInfo[]; readonly total: number; readonly next?: number };

type Entry = {
	readonly id: string;
	/** Counts the sessions of this node: a place in the list that stays when its session goes. */
	readonly place: number;
	readonly request: Pick<AccessRequest, "action" | "key" | "protocol" | "address" | "agent" | "node">;
	readonly since: number;
	readonly options: SessionOptions;
};

/** Everybody who publishes, plays or pulls at this node. One entry a session, written when it begins and when it ends. */
export class SessionRegistry {
	readonly #entries = new Map<string, Entry>();
	#opened = 0;

	get size(): number {
		return this.#entries.size;
	}

	/** Notes a session that begins; the returned function is to be called when it is over. */
	open({ action, key, protocol, address, agent, node }: AccessRequest, options: SessionOptions): () => void {
		const id = randomBytes(ID_BYTES).toString("base64url");
		const request = { action, key, protocol, address, agent, node };
		this.#entries.set(id, { id, place: ++this.#opened, request, since: Date.now(), options });
		return () => this.#entries.delete(id);
	}

	/** Sessions in the order they began, `limit` at most, from behind the place `after` on. */
	list(filter: SessionFilter, limit: number, after = 0): SessionPage {
		const fitting = [...this.#entries.values()].filter((entry) => fits(entry, filter));
		const rest = fitting.filter(({ place }) => place > after);
		const page = rest.slice(0, limit);
		const last = page.at(-1);
		const hasMore = page.length < rest.length;
		return { sessions: page.map(infoOf), total: fitting.length, ...(hasMore && last && { next: last.place }) };
	}

	get(id: string): SessionInfo | undefined {
		const entry = this.#entries.get(id);
		return entry && infoOf(entry);
	}

	/** Ends a session; false where there is none of that id. */
	end(id: string, reason: string): boolean {
		const entry = this.#entries.get(id);
		entry?.options.end(reason);
		return entry !== undefined;
	}
}

function fits({ request }: Entry, { key, action, address }: SessionFilter): boolean {
	return (
		(key === undefined || request.key === key) &&
		(action === undefined || actionOf(request) === action) &&
		(address === undefined || request.address === address)
	);
}

function infoOf({ id, request, since, options }: Entry): SessionInfo {
	const { key, protocol, address, agent, node } = request;
	return {
		id,
		action: actionOf(request),
		protocol,
		key,
		address,
		agent,
		...(node !== undefined && { node }),
		since: new Date(since).toISOString(),
		...options.numbers(),
	};
}
