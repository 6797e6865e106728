import { assign, cancel, type EventObject, fromCallback, raise, setup } from "xstate";
import { backoff } from "./backoff.ts";
import type { Candidate } from "./candidate.ts";

/** What a pull reports: `live` at its first media, then at most one `lost`. */
export type PullReport = { type: "live" } | { type: "lost"; reason: string };

export type SubscriptionInput = {
	/** The next upstream to try, leaving out those tried already; asked at each step, so it always sees the present. */
	choose: (tried: readonly string[]) => Candidate | undefined;
	/** Time without media before readers are told that the stream is over; undefined: for ever. */
	patience: { first: number | undefined; later: number | undefined };
};

export type SubscriptionEvent =
	| PullReport
	/** The set of upstreams that have the stream changed. */
	| { type: "candidates" }
	/** The upstream in use takes it back, or drains: go elsewhere if there is an elsewhere. */
	| { type: "withdrawn" }
	| { type: "gave-up" };

type Context = SubscriptionInput & {
	current: Candidate | undefined;
	tried: readonly string[];
	rounds: number;
	wasLive: boolean;
};

/**
 *              ┌────────── lost, withdrawn ───────────┐
 *              v                                      │
 *   choosing ──found──> pulling: dialling ──live──> on air
 *     │  ^
 *   none │ candidates, backoff          any state without media ──patience──> over
 *     v  │
 *   waiting
 *
 * One subscription: a stream that is wanted here. At most one pull is open; a pull lives as long as the visit to `pulling`.
 * This machine is the only one that dials again.
 */
export const subscriptionMachine = setup({
	types: {
		context: {} as Context,
		input: {} as SubscriptionInput,
		events: {} as SubscriptionEvent,
	},
	actors: {
		pull: fromCallback<EventObject, { candidate: Candidate }>(() => {
			throw new Error("provide `pull`");
		}),
	},
	delays: { backoff: ({ context }) => backoff(context.rounds) },
	guards: {
		found: ({ context }) => context.current !== undefined,
		hasAnother: ({ context }) => context.choose(context.current ? [context.current.id] : []) !== undefined,
	},
	actions: {
		choose: assign(({ context }) => ({ current: context.choose(context.tried) })),
		noteTried: assign(({ context }) => ({
			tried: context.current ? [...context.tried, context.current.id] : context.tried,
		})),
		startOver: assign(({ context }) => ({ tried: [], rounds: context.rounds + 1 })),
		noteLive: assign({ wasLive: true, tried: [], rounds: 0 }),
		startPatience: raise(
			{ type: "gave-up" },
			{
				id: "patience",
				delay: ({ context }) => (context.wasLive ? context.patience.later : context.patience.first) ?? FOR_EVER_MS,
			},
		),
		endPatience: cancel("patience"),
	},
}).createMachine({
	id: "subscription",
	initial: "choosing",
	context: ({ input }) => ({ ...input, current: undefined, tried: [], rounds: 0, wasLive: false }),
	entry: "startPatience",
	on: { "gave-up": ".over" },
	states: {
		choosing: {
			entry: "choose",
			always: [{ guard: "found", target: "pulling" }, { target: "waiting" }],
		},
		waiting: {
			after: { backoff: { target: "choosing", actions: "startOver" } },
			on: { candidates: { target: "choosing", actions: "startOver" } },
		},
		pulling: {
			initial: "dialling",
			invoke: {
				src: "pull",
				input: ({ context }) => {
					if (!context.current) throw new Error("pulling without a candidate");
					return { candidate: context.current };
				},
			},
			on: {
				lost: { target: "choosing", actions: "noteTried" },
				withdrawn: { guard: "hasAnother", target: "choosing", actions: "noteTried" },
			},
			states: {
				dialling: { on: { live: { target: "onAir", actions: ["noteLive", "endPatience"] } } },
				onAir: { exit: "startPatience" },
			},
		},
		over: { type: "final" },
	},
});

/** The longest delay a timer takes (2^31 - 1 ms); 24 days later the machine starts over. */
const FOR_EVER_MS = 2_147_483_647;
