import { randomBytes } from "node:crypto";
import type { AccessRequest, Protocol } from "#shared/access/request";
import {
	actionOf,
	type SessionAction,
	type SessionInfo,
	type SessionNumbers,
	type SessionOwner,
	type SessionPage,
} from "./session.ts";

/** 72 bits: nobody guesses somebody else's. */
const RANDOM_BYTES = 9;
const TIME_BYTES = 8;

/** Which sessions are wanted; what is left out fits all. */
export type SessionFilter = {
	readonly key?: string | undefined;
	readonly action?: SessionAction | undefined;
	readonly protocol?: Protocol | undefined;
	readonly address?: string | undefined;
};

/** What all sessions so far have brought and taken. */
export type SessionTotals = Pick<SessionNumbers, "bytesIn" | "bytesOut">;

/** A session that was opened; who opened it closes it. */
export interface Session {
	/** Sorts by when it began, also among those of other nodes. */
	readonly id: string;
	/** It is over; doing it again does nothing. */
	close(): void;
}

type Peer = Pick<AccessRequest, "action" | "key" | "protocol" | "address" | "agent" | "node">;

/** Everybody who publishes, plays or pulls at this node. One entry a session, written when it begins and when it ends. */
export class SessionRegistry {
	readonly #entries = new Map<string, Entry>();
	/** Thousandths of a millisecond since 1970, which rise with each session. */
	#stamp = 0;
	#closed: SessionTotals = { bytesIn: 0, bytesOut: 0 };

	get size(): number {
		return this.#entries.size;
	}

	/** Bytes of all sessions, also of those that are over. */
	get totals(): SessionTotals {
		let { bytesIn, bytesOut } = this.#closed;
		for (const { owner } of this.#entries.values()) {
			const numbers = owner.numbers();
			bytesIn += numbers.bytesIn;
			bytesOut += numbers.bytesOut;
		}
		return { bytesIn, bytesOut };
	}

	/** How many sessions there are of each kind. */
	counts(): { readonly action: SessionAction; readonly protocol: Protocol; readonly count: number }[] {
		const counts = new Map<string, { action: SessionAction; protocol: Protocol; count: number }>();
		for (const { peer } of this.#entries.values()) {
			const [action, protocol] = [actionOf(peer), peer.protocol];
			const known = counts.get(`${action}/${protocol}`);
			if (known) known.count++;
			else counts.set(`${action}/${protocol}`, { action, protocol, count: 1 });
		}
		return [...counts.values()];
	}

	/** Notes somebody who was let in. */
	open({ action, key, protocol, address, agent, node }: AccessRequest, owner: SessionOwner): Session {
		this.#stamp = Math.max(Date.now() * 1000, this.#stamp + 1);
		const peer = { action, key, protocol, address, agent, node };
		const entry = new Entry(idOf(this.#stamp), Math.trunc(this.#stamp / 1000), peer, owner, this.#forget);
		this.#entries.set(entry.id, entry);
		return entry;
	}

	/** Sessions in the order they began, `limit` at most, from behind the id `after` on. */
	list(filter: SessionFilter, limit: number, after = ""): SessionPage {
		const fitting = [...this.#entries.values()].filter(({ peer }) => fits(peer, filter));
		const rest = fitting.filter(({ id }) => id > after);
		const sessions = rest.slice(0, limit).map(infoOf);
		const next = sessions.length < rest.length ? sessions.at(-1)?.id : undefined;
		return { sessions, total: fitting.length, ...(next !== undefined && { next }) };
	}

	get(id: string): SessionInfo | undefined {
		const entry = this.#entries.get(id);
		return entry && infoOf(entry);
	}

	/** Ends a session; false where there is none of that id. */
	end(id: string, reason: string): boolean {
		const entry = this.#entries.get(id);
		entry?.owner.end(reason);
		return entry !== undefined;
	}

	readonly #forget = ({ id, owner }: Entry): void => {
		if (!this.#entries.delete(id)) return;
		const { bytesIn, bytesOut } = owner.numbers();
		this.#closed = { bytesIn: this.#closed.bytesIn + bytesIn, bytesOut: this.#closed.bytesOut + bytesOut };
	};
}

class Entry implements Session {
	readonly id: string;
	readonly since: number;
	readonly peer: Peer;
	readonly owner: SessionOwner;
	readonly #forget: (entry: Entry) => void;

	constructor(id: string, since: number, peer: Peer, owner: SessionOwner, forget: (entry: Entry) => void) {
		this.id = id;
		this.since = since;
		this.peer = peer;
		this.owner = owner;
		this.#forget = forget;
	}

	close(): void {
		this.#forget(this);
	}
}

function idOf(stamp: number): string {
	const bytes = randomBytes(TIME_BYTES + RANDOM_BYTES);
	bytes.writeBigUInt64BE(BigInt(stamp));
	return bytes.toString("hex");
}

function fits(peer: Peer, { key, action, protocol, address }: SessionFilter): boolean {
	return (
		(key === undefined || peer.key === key) &&
		(action === undefined || actionOf(peer) === action) &&
		(protocol === undefined || peer.protocol === protocol) &&
		(address === undefined || peer.address === address)
	);
}

function infoOf({ id, since, peer, owner }: Entry): SessionInfo {
	const { key, protocol, address, agent, node } = peer;
	return {
		id,
		action: actionOf(peer),
		protocol,
		key,
		address,
		agent,
		...(node !== undefined && { node }),
		since: new Date(since).toISOString(),
		...owner.numbers(),
	};
}
