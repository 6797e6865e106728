import { assign, type EventObject, fromCallback, sendParent, setup } from "xstate";
import type { Candidate } from "./candidate.ts";
import { backoff, serverOfTry } from "./retry.ts";

/** What a pull reports: `live` at its first media, then at most one `lost`. */
export type PullReport = { type: "live" } | { type: "lost"; reason: string };

export type GroupInput = {
	label: string;
	/** The group's servers that have the stream, primary first; asked at each try. */
	servers: () => readonly Candidate[];
};

export type GroupEvent =
	| PullReport
	/** Pull, and go on trying until told to rest. */
	| { type: "play" }
	| { type: "rest" };

/** What a group tells its subscription. */
export type GroupReport =
	| { type: "group.live"; label: string; server: Candidate }
	| { type: "group.lost"; label: string; reason: string }
	/** It may be tried again. */
	| { type: "group.ready"; label: string };

type Context = GroupInput & { server: Candidate | undefined; attempt: number };

/**
 *             ┌────────────── rest ──────────────┐
 *             v                                  │
 *   ──> resting ──play──> dialling ──live──> playing
 *         ^                  │                   │
 *         └─ready─ cooling <─┴─────── lost ──────┘
 *
 * One server group of one subscription: at most one pull is open. After a loss it cools down before it may be asked again;
 * three tries go to one server, then the other's turn comes. Being live starts the count anew.
 */
export const groupMachine = setup({
	types: { context: {} as Context, input: {} as GroupInput, events: {} as GroupEvent },
	actors: {
		pull: fromCallback<EventObject, { server: Candidate }>(() => {
			throw new Error("provide `pull`");
		}),
	},
	delays: { cooling: ({ context }) => backoff(context.attempt - 1) },
	guards: { hasServer: ({ context }) => context.server !== undefined },
	actions: {
		chooseServer: assign(({ context }) => {
			const servers = context.servers();
			return { server: servers[serverOfTry(context.attempt, Math.max(servers.length, 1))] };
		}),
		countTry: assign(({ context }) => ({ attempt: context.attempt + 1 })),
		startCount: assign({ attempt: 0 }),
		tellLive: sendParent(({ context: { label, server } }) => {
			if (!server) throw new Error("live without a server");
			return { type: "group.live", label, server } satisfies GroupReport;
		}),
		tellLost: sendParent(
			({ context: { label } }, { reason }: { reason: string }) =>
				({ type: "group.lost", label, reason }) satisfies GroupReport,
		),
		tellReady: sendParent(({ context: { label } }) => ({ type: "group.ready", label }) satisfies GroupReport),
	},
}).createMachine({
	id: "group",
	initial: "resting",
	context: ({ input }) => ({ ...input, server: undefined, attempt: 0 }),
	states: {
		resting: { on: { play: "trying" } },
		trying: {
			initial: "choosing",
			on: { rest: "resting" },
			states: {
				choosing: {
					entry: "chooseServer",
					always: [
						{ guard: "hasServer", target: "pulling" },
						{ target: "#group.cooling", actions: ["countTry", { type: "tellLost", params: { reason: "no-server" } }] },
					],
				},
				pulling: {
					initial: "dialling",
					invoke: {
						src: "pull",
						input: ({ context: { server } }) => {
							if (!server) throw new Error("pulling without a server");
							return { server };
						},
					},
					on: {
						lost: {
							target: "#group.cooling",
							actions: ["countTry", { type: "tellLost", params: ({ event }) => ({ reason: event.reason }) }],
						},
					},
					states: {
						dialling: { on: { live: { target: "playing", actions: ["startCount", "tellLive"] } } },
						playing: {},
					},
				},
			},
		},
		cooling: {
			after: { cooling: { target: "resting", actions: "tellReady" } },
			on: { rest: "resting" },
		},
	},
});
