import type { Clock, Millis } from "#shared/base/clock";
import type { AccessRequest } from "./access-request.ts";

/** `denied` by the policy · `busy` too many wait · `too-late` the policy took too long · `failed` it threw · `gone` the peer left. */
export type Verdict =
	| { readonly type: "allowed" }
	| {
			readonly type: "refused";
			readonly reason: "denied" | "busy" | "too-late" | "failed" | "gone";
			/** One sentence for the peer. */
			readonly message: string;
	  };

/** Decides on one request; the signal aborts when nobody waits for the answer any more. */
export type Policy = (request: AccessRequest, signal: AbortSignal) => Promise<Verdict>;

const ALLOWED: Verdict = { type: "allowed" };

/** Lets everybody in. */
export const openToAll: Policy = () => Promise.resolve(ALLOWED);

export type GateOptions = {
	readonly clock: Clock;
	readonly policy: Policy;
	/** How long an answer may take. */
	readonly waitMs: Millis;
	/** How many requests may wait for an answer at once. */
	readonly waiting: number;
};

const refused = (reason: Exclude<Verdict, { type: "allowed" }>["reason"], message: string): Verdict => ({
	type: "refused",
	reason,
	message,
});

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

	/** Never throws and always answers: at the latest after `waitMs`, and at once when `signal` aborts. */
	async admit(request: AccessRequest, signal: AbortSignal): Promise<Verdict> {
		const { waiting, clock, waitMs } = this.#options;
		if (signal.aborted) return refused("gone", "the peer left");
		if (this.#waiting >= waiting) return refused("busy", "too many wait to be let in: try again");
		this.#waiting++;
		const asked = new AbortController();
		try {
			return await new Promise<Verdict>((resolve) => {
				const leave = (): void => resolve(refused("gone", "the peer left"));
				signal.addEventListener("abort", leave);
				const cancel = clock.after(waitMs, () =>
					resolve(refused("too-late", "nobody said in time whether this is allowed")),
				);
				asked.signal.addEventListener("abort", () => {
					cancel();
					signal.removeEventListener("abort", leave);
				});
				void this.#ask(request, asked.signal).then(resolve);
			});
		} finally {
			this.#waiting--;
			asked.abort();
		}
	}

	async #ask(request: AccessRequest, signal: AbortSignal): Promise<Verdict> {
		try {
			return await this.#options.policy(request, signal);
		} catch {
			return refused("failed", "it could not be found out whether this is allowed");
		}
	}
}
