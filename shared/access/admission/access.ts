import { type AccessRequest, Gate, type Policy, type Refusal, type Verdict } from "#shared/access/request";
import { type Session, type SessionOwner, SessionRegistry } from "#shared/access/sessions";
import type { Clock, Millis } from "#shared/base/clock";

/** Players give up after some ten seconds; a peer that is told why needs no more patience than that. */
const ANSWER_WITHIN_MS: Millis = 5_000;
/** Each keeps its connection and at most some 200 KiB of what it said behind its request. */
const MAX_WAITING = 1_000;

/** Somebody who was let in, or why not. */
export type Admitted = { readonly type: "session"; readonly session: Session } | Refusal;

/** The HTTP status that a refusal has. */
export const statusOf = ({ reason }: Refusal): 403 | 503 => (reason === "denied" ? 403 : 503);

/** Whom a node lets in: doors ask here, and note whom they let in. One a node. */
export class Access {
	readonly sessions = new SessionRegistry();
	readonly #gate: Gate;

	constructor(clock: Clock, policy: Policy) {
		this.#gate = new Gate({ clock, policy, waitMs: ANSWER_WITHIN_MS, waiting: MAX_WAITING });
	}

	/** Requests that wait for an answer at present. */
	get waiting(): number {
		return this.#gate.waiting;
	}

	/** Whether this is allowed, at once where it is known at once; `signal` aborts when the peer is gone. Never throws. */
	ask(request: AccessRequest, signal: AbortSignal): Verdict | Promise<Verdict> {
		return this.#gate.admit(request, signal);
	}

	/**
	 * All that a door over HTTP needs: whoever is let in has a session until it is closed, or `signal` aborts since the peer
	 * is gone. Never throws.
	 */
	async enter(request: AccessRequest, signal: AbortSignal, owner: SessionOwner): Promise<Admitted> {
		const verdict = await this.#gate.admit(request, signal);
		if (verdict.type === "refused") return verdict;
		const session = this.sessions.open(request, owner);
		signal.addEventListener("abort", () => session.close(), { once: true });
		if (signal.aborted) session.close();
		return { type: "session", session };
	}
}
