import { expect } from "vitest";
import { createActor, type EventObject, fromCallback, SimulatedClock } from "xstate";
import type { Candidate, Server } from "./candidate.ts";
import { onAir } from "./roster.ts";
import { type PullReport, serverMachine } from "./server-machine.ts";
import { type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";

/**
 * A server for tests: `"a"` is the primary of a group of that name, `"a2:a"` the secondary of group `a`, `"o@1"` stands in
 * tier 1, and `"a!"` is suspect.
 */
export function server(text: string): Server {
	const [, id = "", group = id, tier = "0", mark] = /^(\w+)(?::(\w+))?(?:@(\d))?(!)?$/.exec(text) ?? [];
	const rank = group === id ? "primary" : "secondary";
	const place = { group, rank, tier: Number(tier), isSuspect: mark !== undefined } as const;
	return { id, host: "127.0.0.1", port: 1935, app: undefined, depth: 0, ...place };
}

/** A subscription whose pulls are driven by hand; `servers` stand in order of preference. */
export function stage(servers: string[], more: Partial<Omit<SubscriptionInput, "servers">> = {}) {
	const clock = new SimulatedClock();
	const pulls: { id: string; isOpen: boolean; report(event: PullReport): void }[] = [];
	const pull = fromCallback<EventObject, Candidate>(({ input, sendBack }) => {
		const entry = { id: input.id, isOpen: true, report: sendBack };
		pulls.push(entry);
		return () => {
			entry.isOpen = false;
		};
	});
	const input: SubscriptionInput = {
		servers: servers.map(server),
		standby: 1,
		holdMs: undefined,
		patience: { first: 2000, later: 5000 },
		...more,
	};
	const machine = subscriptionMachine.provide({ actors: { server: serverMachine.provide({ actors: { pull } }) } });
	const actor = createActor(machine, { clock, input });
	const changes: string[] = [];
	actor.on("onAir", ({ from = "-", to = "-", cause }) => changes.push(`${from}>${to} ${cause}`));
	actor.start();
	const of = (id: string) => pulls.findLast((one) => one.id === id && one.isOpen) ?? expect.fail(`no pull from ${id}`);
	const live = (id: string): void => of(id).report({ type: "live" });
	const flow = (id: string): void => of(id).report({ type: "flowing" });
	return {
		actor,
		clock,
		changes,
		tries: () => pulls.map(({ id }) => id),
		open: () => pulls.filter(({ isOpen }) => isOpen).map(({ id }) => id),
		/** Its first media comes. */
		live,
		/** Media has kept flowing. */
		flow,
		/** Both. */
		well: (id: string) => {
			live(id);
			flow(id);
		},
		lose: (id: string, reason = "idle") => of(id).report({ type: "lost", reason }),
		offer: (...now: string[]) => actor.send({ type: "candidates", servers: now.map(server) }),
		onAir: () => onAir(actor.getSnapshot().context.roster),
		isOver: () => actor.getSnapshot().status === "done",
	};
}
