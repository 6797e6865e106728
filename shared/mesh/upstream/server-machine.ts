import { assign, type EventObject, fromCallback, sendParent, setup } from "xstate";
import type { Candidate } from "./candidate.ts";
import { backoff } from "./retry.ts";

/**
 * The reports of a pull: `live` at its first media, `flowing` when media has flowed long enough to be more than the server's
 * history, then at most one `lost`.
 */
export type PullReport = { type: "live" } | { type: "flowing" } | { type: "lost"; reason: string };

export type ServerInput = {
	server: Candidate;
	/** Failed tries in a row before this one. */
	tries: number;
};

/** Events of a server's machine for its subscription. */
export type ServerReport =
	| { type: "server.live"; id: string }
	| { type: "server.flowing"; id: string }
	| { type: "server.lost"; id: string; reason: string; tries: number }
	/** It may be tried again. */
	| { type: "server.ready"; id: string };

/**
 *   ──> dialling ──live──> trial ──flowing──> steady
 *           │                │                  │
 *           └──────────── lost ─────────────────┘
 *                           v
 *                        cooling ──ready──> (the subscription ends it)
 *
 * One server that is asked for one stream. It has exactly one pull until that is lost, then a pause before it may be asked again.
 * A try counts as failed until media has kept flowing.
 */
export const serverMachine = setup({
	types: { context: {} as ServerInput, input: {} as ServerInput, events: {} as PullReport },
	actors: {
		pull: fromCallback<EventObject, Candidate>(() => {
			throw new Error("provide `pull`");
		}),
	},
	delays: { cooling: ({ context }) => backoff(context.tries - 1) },
	actions: {
		countTry: assign(({ context }) => ({ tries: context.tries + 1 })),
		startCount: assign({ tries: 0 }),
		tellLive: sendParent(({ context }) => report({ type: "server.live", id: context.server.id })),
		tellFlowing: sendParent(({ context }) => report({ type: "server.flowing", id: context.server.id })),
		tellLost: sendParent(({ context: { server, tries } }, { reason }: { reason: string }) =>
			report({ type: "server.lost", id: server.id, reason, tries }),
		),
		tellReady: sendParent(({ context }) => report({ type: "server.ready", id: context.server.id })),
	},
}).createMachine({
	id: "server",
	initial: "pulling",
	context: ({ input }) => input,
	states: {
		pulling: {
			initial: "dialling",
			invoke: { src: "pull", input: ({ context }) => context.server },
			on: {
				lost: {
					target: "cooling",
					actions: ["countTry", { type: "tellLost", params: ({ event }) => ({ reason: event.reason }) }],
				},
			},
			states: {
				dialling: { on: { live: { target: "trial", actions: "tellLive" } } },
				trial: { on: { flowing: { target: "steady", actions: ["startCount", "tellFlowing"] } } },
				steady: {},
			},
		},
		cooling: { after: { cooling: { actions: "tellReady" } } },
	},
});

const report = (event: ServerReport): ServerReport => event;
