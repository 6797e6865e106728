import { assign, enqueueActions, setup } from "xstate";
import type { Candidate } from "./candidate.ts";
import type { Group } from "./choose.ts";
import { type GroupReport, groupMachine } from "./group-machine.ts";
import {
	answered,
	asked,
	better,
	emptyRoster,
	lost,
	offered,
	onAir,
	preferred,
	type Roster,
	ready,
	rested,
	toAsk,
	toRest,
	withdrawn,
} from "./roster.ts";

/** A server on the same network answers in a few milliseconds, one across an ocean in some hundred. */
const HURRY_MS = 300;

/** The longest delay a timer takes (2^31 - 1 ms). */
const FOR_EVER_MS = 2_147_483_647;

export type SubscriptionInput = {
	/** The server groups that have the stream, in the table's order; asked whenever that may have changed. */
	groups: () => readonly Group[];
	/** How many groups play along beside the one on air; 0 dials the next one when it is needed. */
	standby: number;
	/** Return to a group that stands before the one on air once it has played this long; undefined: never. */
	holdMs: number | undefined;
	/** Time without anybody on air before readers are told that the stream is over; undefined: for ever. */
	patience: { first: number | undefined; later: number | undefined };
};

export type SubscriptionEvent =
	| GroupReport
	/** Which groups have the stream may have changed. */
	| { type: "candidates" }
	/** A server takes the stream back, or drains: go elsewhere if there is an elsewhere. */
	| { type: "withdrawn"; server: string };

/** Another group is on air; `from` is absent at first, `to` when nobody is left. */
export type OnAirChange = { type: "onAir"; from?: string; to?: string; cause: string };

type Context = SubscriptionInput & {
	roster: Roster;
	spawned: readonly string[];
	servers: Readonly<Record<string, Candidate>>;
	told: string | undefined;
	/** How many more groups are asked because nobody answers. */
	hurry: number;
	cause: string;
	wasLive: boolean;
};

const actorOf = (label: string): string => `group ${label}`;

/**
 *                ┌────── group.lost, and no other is live ──────┐
 *                v                                              │
 *   ──> searching ──group.live──> onAir: settled <──> holding (a better group plays: back to it after holdMs)
 *           │
 *        patience
 *           v
 *         over
 *
 * One subscription: a stream that is wanted here, with one child for each server group that has it. The roster says who is
 * on air (the first to answer, then the next in order of answers), who plays along, who is to be asked and who may rest;
 * `steer` brings the children into line with it. Only this machine and its children dial again.
 */
export const subscriptionMachine = setup({
	types: {
		context: {} as Context,
		input: {} as SubscriptionInput,
		events: {} as SubscriptionEvent,
		emitted: {} as OnAirChange,
	},
	actors: { group: groupMachine },
	delays: {
		hurry: HURRY_MS,
		patience: ({ context: { wasLive, patience } }) => (wasLive ? patience.later : patience.first) ?? FOR_EVER_MS,
		hold: ({ context }) => context.holdMs ?? FOR_EVER_MS,
	},
	guards: {
		wasLastOne: ({ context, event }) =>
			event.type === "group.lost" && context.roster.live.every((label) => label === event.label),
		hasBetter: ({ context }) => context.holdMs !== undefined && better(context.roster) !== undefined,
		hasNoBetter: ({ context }) => better(context.roster) === undefined,
	},
	actions: {
		look: assign(({ context }) => ({ roster: offered(context.roster, context.groups()) })),
		noteAnswer: assign(({ context, event }) => {
			if (event.type !== "group.live") return {};
			return {
				roster: answered(context.roster, event.label),
				servers: { ...context.servers, [event.label]: event.server },
				wasLive: true,
			};
		}),
		noteLoss: assign(({ context, event }) =>
			event.type === "group.lost" ? { roster: lost(context.roster, event.label), cause: event.reason } : {},
		),
		noteReady: assign(({ context, event }) =>
			event.type === "group.ready" ? { roster: ready(context.roster, event.label) } : {},
		),
		noteWithdrawal: assign(({ context, event }) => {
			if (event.type !== "withdrawn") return {};
			const label = context.roster.live.find((live) => context.servers[live]?.id === event.server);
			return label === undefined ? {} : { roster: withdrawn(context.roster, label), cause: "withdrawn" };
		}),
		askOneMore: assign(({ context }) => ({ hurry: context.hurry + 1 })),
		calmDown: assign({ hurry: 0 }),
		goBack: assign(({ context }) => {
			const label = better(context.roster);
			return label === undefined ? {} : { roster: preferred(context.roster, label), cause: "failback" };
		}),
		steer: enqueueActions(({ context, enqueue }) => {
			let { roster } = context;
			for (const label of toRest(roster, context.standby)) {
				roster = rested(roster, label);
				enqueue.sendTo(actorOf(label), { type: "rest" });
			}
			const asks = toAsk(roster, context.standby, context.hurry);
			const fresh = asks.filter((label) => !context.spawned.includes(label));
			for (const label of fresh) {
				const servers = () => context.groups().find((group) => group.label === label)?.servers ?? [];
				enqueue.spawnChild("group", { id: actorOf(label), input: { label, servers } });
			}
			for (const label of asks) {
				roster = asked(roster, label);
				enqueue.sendTo(actorOf(label), { type: "play" });
			}
			const { told: from, cause } = context;
			const to = onAir(roster);
			if (to !== from) {
				enqueue.emit({ type: "onAir", ...(from !== undefined && { from }), ...(to !== undefined && { to }), cause });
			}
			enqueue.assign({ roster, spawned: [...context.spawned, ...fresh], told: to });
		}),
	},
}).createMachine({
	id: "subscription",
	initial: "searching",
	context: ({ input }) => ({
		...input,
		roster: emptyRoster,
		spawned: [],
		servers: {},
		told: undefined,
		hurry: 0,
		cause: "first",
		wasLive: false,
	}),
	entry: ["look", "steer"],
	on: {
		candidates: { actions: ["look", "steer"] },
		"group.ready": { actions: ["noteReady", "look", "steer"] },
	},
	states: {
		searching: {
			after: { patience: "over" },
			initial: "asking",
			states: {
				asking: { after: { hurry: { target: "asking", reenter: true, actions: ["askOneMore", "look", "steer"] } } },
			},
			on: {
				"group.live": { target: "onAir", actions: ["noteAnswer", "calmDown", "steer"] },
				"group.lost": { actions: ["noteLoss", "look", "steer"] },
			},
		},
		onAir: {
			initial: "settled",
			on: {
				"group.live": { actions: ["noteAnswer", "steer"] },
				"group.lost": [
					{ guard: "wasLastOne", target: "searching", actions: ["noteLoss", "look", "steer"] },
					{ actions: ["noteLoss", "look", "steer"] },
				],
				withdrawn: { actions: ["noteWithdrawal", "look", "steer"] },
			},
			states: {
				settled: { always: { guard: "hasBetter", target: "holding" } },
				holding: {
					always: { guard: "hasNoBetter", target: "settled" },
					after: { hold: { target: "settled", actions: ["goBack", "steer"] } },
				},
			},
		},
		over: { type: "final" },
	},
});
