import fc from "fast-check";
import { expect, test } from "vitest";
import { createActor, type EventObject, fromCallback, SimulatedClock } from "xstate";
import type { Candidate } from "./candidate.ts";
import type { Group } from "./choose.ts";
import { groupMachine, type PullReport } from "./group-machine.ts";
import { TRIES_PER_SERVER } from "./retry.ts";
import { onAir } from "./roster.ts";
import { subscriptionMachine } from "./subscription-machine.ts";

const server = (id: string): Candidate => ({ id, host: "127.0.0.1", port: 1935, app: undefined });
const GROUPS = ["a", "b", "c"].map(
	(label): Group => ({ label, tier: 0, servers: [server(`${label}1`), server(`${label}2`)] }),
);

type Pull = {
	group: string;
	id: string;
	isOpen: boolean;
	wasLive: boolean;
	wasLost: boolean;
	report(event: PullReport): void;
};

/** One thing that happens; `which` picks among what is there. */
const step = fc.oneof(
	fc.record({ do: fc.constant("live" as const), which: fc.nat(9) }),
	fc.record({ do: fc.constantFrom("idle" as const, "lost" as const, "ended" as const), which: fc.nat(9) }),
	fc.record({ do: fc.constant("offer" as const), which: fc.nat(7) }),
	fc.record({ do: fc.constant("withdraw" as const), which: fc.nat(9) }),
	fc.record({ do: fc.constant("wait" as const), which: fc.nat(600) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
	readonly clock = new SimulatedClock();
	readonly pulls: Pull[] = [];
	available = GROUPS;
	readonly actor;

	constructor(standby: number, holdMs: number | undefined) {
		const pull = fromCallback<EventObject, { server: Candidate }>(({ input, sendBack }) => {
			const { id } = input.server;
			const entry: Pull = { group: id.slice(0, 1), id, isOpen: true, wasLive: false, wasLost: false, report: sendBack };
			this.pulls.push(entry);
			return () => {
				entry.isOpen = false;
			};
		});
		const machine = subscriptionMachine.provide({ actors: { group: groupMachine.provide({ actors: { pull } }) } });
		const input = { groups: () => this.available, standby, holdMs, patience: { first: undefined, later: undefined } };
		this.actor = createActor(machine, { clock: this.clock, input });
		this.actor.start();
	}

	get open(): Pull[] {
		return this.pulls.filter(({ isOpen }) => isOpen);
	}

	get roster() {
		return this.actor.getSnapshot().context.roster;
	}

	take({ do: what, which }: Step): void {
		const one = this.open[which % Math.max(this.open.length, 1)];
		if (what === "wait") this.clock.increment(which * 10);
		else if (what === "offer") this.offer(which);
		else if (what === "withdraw" && one) this.actor.send({ type: "withdrawn", server: one.id });
		else if (what === "live" && one && !one.wasLive) {
			one.wasLive = true;
			one.report({ type: "live" });
		} else if (what !== "live" && one) {
			one.wasLost = true;
			one.report({ type: "lost", reason: what });
		}
	}

	offer(bits: number): void {
		this.available = GROUPS.filter((_, index) => (bits >> index) & 1);
		this.actor.send({ type: "candidates" });
	}
}

function checkNow(world: World, standby: number): void {
	const { roster, open } = world;
	const live = open.filter(({ wasLive }) => wasLive).map(({ group }) => group);
	// What the machine believes to be live is live, and each group pulls at most once.
	expect([...roster.live].sort()).toEqual([...live].sort());
	expect(new Set(open.map(({ group }) => group)).size).toBe(open.length);
	// One is on air exactly when one is live.
	expect(onAir(roster) !== undefined).toBe(live.length > 0);
	// Nobody is in two lists, and nobody who is available is forgotten.
	const listed = [...roster.live, ...roster.dialling, ...roster.cooling];
	expect(new Set(listed).size).toBe(listed.length);
	const resting = world.available.filter(({ label }) => !listed.includes(label));
	const engaged = [...roster.live, ...roster.dialling].filter((label) => !roster.moving.includes(label));
	if (engaged.length < 1 + standby) expect(resting).toEqual([]);
	// Each child that cools down has a timer of its own.
	const { children } = world.actor.getSnapshot();
	for (const label of roster.cooling) expect(children[`group ${label}`]?.getSnapshot().value).toBe("cooling");
}

/** Between two successes of a group its first server is tried three times before its second; to be sent to rest is no failure. */
function checkTries(pulls: readonly Pull[]): void {
	for (const label of ["a", "b", "c"]) {
		let tries = 0;
		for (const pull of pulls.filter(({ group }) => group === label)) {
			const want = Math.floor(tries / TRIES_PER_SERVER) % 2 === 0 ? `${label}1` : `${label}2`;
			if (pull.id !== want) expect(pull.id, `try ${tries} of ${label}`).toBe(want);
			if (pull.wasLive) tries = 0;
			if (pull.wasLost) tries++;
		}
	}
}

/** Found by chance once: a group that made way for another is tried three times anew. */
const MADE_WAY: Step[] = [
	{ do: "live", which: 0 },
	{ do: "withdraw", which: 0 },
	{ do: "offer", which: 3 },
	{ do: "live", which: 3 },
	{ do: "idle", which: 0 },
	{ do: "idle", which: 0 },
	{ do: "wait", which: 30 },
	{ do: "idle", which: 0 },
];

test("whatever happens, the invariants hold, and a stream that can be had is on air in the end", {
	timeout: 60_000,
}, () => {
	fc.assert(
		fc.property(
			fc.array(step, { maxLength: 60 }),
			fc.nat(2),
			fc.constantFrom(undefined, 500),
			(steps, standby, holdMs) => {
				const world = new World(standby, holdMs);
				for (const one of steps) {
					world.take(one);
					checkNow(world, standby);
				}
				// In the end everything is well: all groups have the stream and answer.
				world.offer(7);
				for (let round = 0; round < 4; round++) {
					world.clock.increment(6000);
					for (let which = 0; which < 9; which++) world.take({ do: "live", which });
					checkNow(world, standby);
				}
				expect(onAir(world.roster)).toBeDefined();
				expect(world.open).toHaveLength(Math.min(1 + standby, 3));
				const onAirBefore = onAir(world.roster);
				if (holdMs === undefined) {
					world.clock.increment(600_000);
					expect(onAir(world.roster)).toBe(onAirBefore);
				}
				checkTries(world.pulls);
				world.actor.stop();
				expect(world.open).toEqual([]);
			},
		),
		{ numRuns: 100, examples: [[MADE_WAY, 0, undefined]] },
	);
});
