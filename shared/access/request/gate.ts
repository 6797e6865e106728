import type { Clock, Millis } from "#shared/base/clock";
import type { AccessRequest } from "./access-request.ts";

/** `denied` by the policy · `too-many` wait already · `too-late` the policy took too long · `failed` it threw · `gone` the peer left. */
export type Refusal = {
	readonly type: "refused";
	readonly reason: "denied" | "too-many" | "too-late" | "failed" | "gone";
	/** One sentence for the peer. */
	readonly message: string;
};

export type Verdict = { readonly type: "allowed" } | Refusal;

/** Decides on one request, at once or later; the signal aborts when nobody waits for the answer any more. */
export type Policy = (request: AccessRequest, signal: AbortSignal) => Verdict | Promise<Verdict>;

const ALLOWED: Verdict = { type: "allowed" };

/** Lets everybody in, at once. */
export const openToAll: Policy = () => ALLOWED;

export type GateOptions = {
	readonly clock: Clock;
	readonly policy: Policy;
	/** How long an answer may take. */
	readonly waitMs: Millis;
	/** How many requests may wait for an answer at once. */
	readonly waiting: number;
};

const refused = (reason: Refusal["reason"], message: string): Refusal => ({ type: "refused", reason, message });
const GONE = refused("gone", "the peer left");
const FAILED = refused("failed", "it could not be found out whether this is allowed");

/** Where every door asks before it lets somebody publish or play. What is not allowed in time is refused. */
export class Gate {
	readonly #options: GateOptions;
	#waiting = 0;

	constructor(options: GateOptions) {
		this.#options = options;
	}

	/** Requests that wait for an answer at present. */
	get waiting(): number {
		return this.#waiting;
	}

	/**
	 * Never throws and always answers: at once where the policy does, at the latest after `waitMs`, and as soon as `signal`
	 * aborts.
	 */
	admit(request: AccessRequest, signal: AbortSignal): Verdict | Promise<Verdict> {
		if (signal.aborted) return GONE;
		if (this.#waiting >= this.#options.waiting)
			return refused("too-many", "too many wait to be let in: try again in a moment");
		const asked = new AbortController();
		try {
			const answer = this.#options.policy(request, asked.signal);
			return answer instanceof Promise ? this.#wait(answer, asked, signal) : answer;
		} catch {
			return FAILED;
		}
	}

	async #wait(answer: Promise<Verdict>, asked: AbortController, signal: AbortSignal): Promise<Verdict> {
		const { clock, waitMs } = this.#options;
		this.#waiting++;
		const tooLate = refused("too-late", "nobody said in time whether this is allowed");
		try {
			return await new Promise<Verdict>((resolve) => {
				const leave = (): void => resolve(GONE);
				signal.addEventListener("abort", leave);
				const cancel = clock.after(waitMs, () => resolve(tooLate));
				asked.signal.addEventListener("abort", () => {
					cancel();
					signal.removeEventListener("abort", leave);
				});
				answer.then(resolve, () => resolve(FAILED));
			});
		} finally {
			this.#waiting--;
			asked.abort();
		}
	}
}
