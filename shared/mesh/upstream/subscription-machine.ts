import { assign, enqueueActions, setup } from "xstate";
import type { Server } from "./candidate.ts";
import {
	asked,
	live,
	noted,
	onAir,
	preferred,
	type Roster,
	type RosterEvent,
	rested,
	stateOf,
	triesOf,
} from "./roster.ts";
import { serverMachine } from "./server-machine.ts";
import { better, toAsk, toRest } from "./steering.ts";

/** A server on the same network answers in a few milliseconds, a server across an ocean in a few hundred. */
const HURRY_MS = 300;

/** The longest delay of a timer (2^31 - 1 ms). */
const FOR_EVER_MS = 2_147_483_647;

export type SubscriptionInput = {
	/** The servers that have the stream, in order of preference. */
	servers: readonly Server[];
	/** How many servers are pulled beside the one on air. 0: the next one is dialled when it is needed. */
	standby: number;
	/** Return to a server that is preferred to the one on air when it has played for this long; undefined: never. */
	holdMs: number | undefined;
	/** Time without steady media before readers are told that the stream is over; undefined: for ever. */
	patience: { first: number | undefined; later: number | undefined };
};

/** Another server is on air. The first event has no `from`. Without `to` no server is left. */
export type OnAirChange = { type: "onAir"; from?: string; to?: string; cause: string };

type Context = Omit<SubscriptionInput, "servers"> & {
	roster: Roster;
	/** The server on air that was last reported. */
	told: string | undefined;
	/** How many more servers are asked because no server answers. */
	hurry: number;
	cause: string;
	wasLive: boolean;
};

const actorOf = (id: string): string => `server ${id}`;
const planOf = ({ standby, holdMs }: Context) => ({ standby, failback: holdMs !== undefined });

/** Why a server that plays is sent to rest. */
const causeOfRest = ({ offered }: Roster, id: string): string =>
	offered.some((server) => server.id === id) ? "better" : "withdrawn";

/**
 *          ┌──────────── nobody is steady any more ────────────┐
 *          v                                                   │
 *   ──> searching: asking <──> trial ──somebody is steady──> onAir: settled <──> holding
 *          │                                                   ^     (a better server plays: go back to it after holdMs)
 *       patience                                               │
 *          v                                                   │
 *       lastTrial ────────────somebody is steady───────────────┘
 *          │
 *       nobody plays ──> over
 *
 * One subscription: a stream that is needed here, with one child for each server that is asked for it. The roster says which server
 * is on air (the first to answer, then the next in the order of answers) and which others play. `steer` asks servers to play and
 * ends those that may rest. A first answer puts a server on air. Only media that keeps flowing ends the patience, because any
 * server may have an old group of pictures in its history. Only this machine dials again.
 */
export const subscriptionMachine = setup({
	types: {
		context: {} as Context,
		input: {} as SubscriptionInput,
		events: {} as RosterEvent,
		emitted: {} as OnAirChange,
	},
	actors: { server: serverMachine },
	delays: {
		hurry: HURRY_MS,
		patience: ({ context: { wasLive, patience } }) => (wasLive ? patience.later : patience.first) ?? FOR_EVER_MS,
		hold: ({ context }) => context.holdMs ?? FOR_EVER_MS,
	},
	guards: {
		isFirstAnswer: ({ context }) => !context.wasLive,
		isAnswered: ({ context: { roster } }) => onAir(roster) !== undefined,
		isSilent: ({ context: { roster } }) => onAir(roster) === undefined,
		isFed: ({ context: { roster } }) => live(roster).some((id) => stateOf(roster, id) === "steady"),
		isNotFed: ({ context: { roster } }) => live(roster).every((id) => stateOf(roster, id) !== "steady"),
		hasBetter: ({ context }) => context.holdMs !== undefined && better(context.roster) !== undefined,
		hasNoBetter: ({ context }) => better(context.roster) === undefined,
	},
	actions: {
		note: assign(({ context, event }) => {
			const roster = noted(context.roster, event);
			if (event.type === "server.live") return { roster, wasLive: true, hurry: 0 };
			const isLeft = event.type === "server.lost" && event.id === onAir(context.roster);
			return { roster, ...(isLeft && { cause: event.reason }) };
		}),
		askOneMore: assign(({ context }) => ({ hurry: context.hurry + 1 })),
		goBack: assign(({ context }) => {
			const id = better(context.roster);
			return id === undefined ? {} : { roster: preferred(context.roster, id), cause: "failback" };
		}),
		steer: enqueueActions(({ context, enqueue }) => {
			let { roster, cause } = context;
			for (const id of toRest(roster, planOf(context))) {
				if (id === onAir(roster)) cause = causeOfRest(roster, id);
				roster = rested(roster, id);
				enqueue.stopChild(actorOf(id));
			}
			for (const server of toAsk(roster, planOf(context), context.hurry)) {
				const tries = triesOf(roster, server.id);
				roster = asked(roster, server);
				enqueue.spawnChild("server", { id: actorOf(server.id), input: { server, tries } });
			}
			enqueue.assign({ roster, cause });
		}),
		tell: enqueueActions(({ context: { told: from, roster, cause }, enqueue }) => {
			const to = onAir(roster);
			if (to === from) return;
			enqueue.emit({ type: "onAir", ...(from !== undefined && { from }), ...(to !== undefined && { to }), cause });
			enqueue.assign({ told: to });
		}),
		endCooled: enqueueActions(({ event, enqueue }) => {
			if (event.type === "server.ready") enqueue.stopChild(actorOf(event.id));
		}),
	},
}).createMachine({
	id: "subscription",
	initial: "searching",
	context: ({ input: { servers, ...input } }) => ({
		...input,
		roster: { offered: servers, entries: [] },
		told: undefined,
		hurry: 0,
		cause: "first",
		wasLive: false,
	}),
	entry: "steer",
	on: {
		candidates: { actions: ["note", "steer", "tell"] },
		"server.live": { actions: ["note", "steer", "tell"] },
		"server.flowing": { actions: ["note", "steer", "tell"] },
		"server.lost": { actions: ["note", "steer", "tell"] },
		"server.ready": { actions: ["endCooled", "note", "steer", "tell"] },
	},
	states: {
		searching: {
			after: { patience: "lastTrial" },
			always: { guard: "isFed", target: "onAir" },
			on: {
				"server.live": {
					guard: "isFirstAnswer",
					target: "searching",
					reenter: true,
					actions: ["note", "steer", "tell"],
				},
			},
			initial: "asking",
			states: {
				asking: {
					always: { guard: "isAnswered", target: "trial" },
					after: { hurry: { target: "asking", reenter: true, actions: ["askOneMore", "steer"] } },
				},
				trial: { always: { guard: "isSilent", target: "asking" } },
			},
		},
		onAir: {
			always: { guard: "isNotFed", target: "searching" },
			initial: "settled",
			states: {
				settled: { always: { guard: "hasBetter", target: "holding" } },
				holding: {
					always: { guard: "hasNoBetter", target: "settled" },
					after: { hold: { target: "settled", actions: ["goBack", "steer", "tell"] } },
				},
			},
		},
		lastTrial: {
			always: [
				{ guard: "isFed", target: "onAir", actions: ["steer", "tell"] },
				{ guard: "isSilent", target: "over" },
			],
			on: {
				candidates: { actions: "note" },
				"server.live": { actions: ["note", "tell"] },
				"server.flowing": { actions: "note" },
				"server.lost": { actions: ["note", "tell"] },
				"server.ready": { actions: ["endCooled", "note"] },
			},
		},
		over: { type: "final" },
	},
});
