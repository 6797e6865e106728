import { expect, test } from "vitest";
import { createActor, type EventObject, fromCallback, SimulatedClock } from "xstate";
import type { Candidate } from "./candidate.ts";
import type { Group } from "./choose.ts";
import { groupMachine, type PullReport } from "./group-machine.ts";
import { onAir } from "./roster.ts";
import { type SubscriptionInput, subscriptionMachine } from "./subscription-machine.ts";

const server = (id: string): Candidate => ({ id, host: "127.0.0.1", port: 1935, app: undefined });

/** `"a"` is a group of one server of that name, `"a:a1,a2"` names its servers, `"a@1"` stands in tier 1. */
function group(text: string): Group {
	const [, label = "", tier = "0", servers = label] = /^(\w+)(?:@(\d))?(?::(.*))?$/.exec(text) ?? [];
	return { label, tier: Number(tier), servers: servers.split(",").map(server) };
}

/** A subscription whose pulls are driven by hand. */
function stage(groups: string[], more: Partial<Omit<SubscriptionInput, "groups">> = {}) {
	const clock = new SimulatedClock();
	const table = { groups };
	const pulls: { id: string; isOpen: boolean; report(event: PullReport): void }[] = [];
	const pull = fromCallback<EventObject, { server: Candidate }>(({ input, sendBack }) => {
		const entry = { id: input.server.id, isOpen: true, report: sendBack };
		pulls.push(entry);
		return () => {
			entry.isOpen = false;
		};
	});
	const input: SubscriptionInput = {
		groups: () => table.groups.map(group),
		standby: 1,
		holdMs: undefined,
		patience: { first: 2000, later: 5000 },
		...more,
	};
	const machine = subscriptionMachine.provide({ actors: { group: groupMachine.provide({ actors: { pull } }) } });
	const actor = createActor(machine, { clock, input });
	const changes: string[] = [];
	actor.on("onAir", ({ from = "-", to = "-", cause }) => changes.push(`${from}>${to} ${cause}`));
	actor.start();
	const of = (id: string) => pulls.findLast((one) => one.id === id && one.isOpen) ?? expect.fail(`no pull from ${id}`);
	return {
		actor,
		clock,
		changes,
		tries: () => pulls.map(({ id }) => id),
		open: () => pulls.filter(({ isOpen }) => isOpen).map(({ id }) => id),
		live: (id: string) => of(id).report({ type: "live" }),
		lose: (id: string, reason = "idle") => of(id).report({ type: "lost", reason }),
		offer: (...now: string[]) => {
			table.groups = now;
			actor.send({ type: "candidates" });
		},
		onAir: () => onAir(actor.getSnapshot().context.roster),
		isOver: () => actor.getSnapshot().status === "done",
	};
}

test("play goes out to one group and its standby; the first to answer is on air", () => {
	const { open, live, onAir, changes } = stage(["a", "b", "c"]);
	expect(open()).toEqual(["a", "b"]);
	expect(onAir()).toBeUndefined();
	live("b");
	live("a");
	expect(onAir()).toBe("b");
	expect(changes).toEqual(["->b first"]);
});

test("standby 0 dials one group, and the next when that is lost", () => {
	const { open, live, lose, onAir } = stage(["a", "b"], { standby: 0 });
	expect(open()).toEqual(["a"]);
	live("a");
	lose("a");
	expect(open()).toEqual(["b"]);
	live("b");
	expect(onAir()).toBe("b");
});

test("on a loss the next in the list is on air at once, and a further group plays along", () => {
	const { open, live, lose, onAir, changes } = stage(["a", "b", "c"]);
	live("a");
	live("b");
	lose("a", "idle");
	expect(onAir()).toBe("b");
	expect(open()).toEqual(["b", "c"]);
	expect(changes).toEqual(["->a first", "a>b idle"]);
});

test("what comes back goes to the bottom of the list, and the one on air stays there", () => {
	const { live, lose, onAir, open, clock, changes } = stage(["a", "b"]);
	live("a");
	live("b");
	lose("a");
	clock.increment(100);
	expect(open()).toEqual(["b", "a"]);
	live("a");
	clock.increment(60_000);
	expect(onAir()).toBe("b");
	lose("b");
	expect(onAir()).toBe("a");
	expect(changes).toEqual(["->a first", "a>b idle", "b>a idle"]);
});

test("a lost group's primary is tried three times before its secondary", () => {
	const { live, lose, clock, tries, open } = stage(["a:a1,a2", "b"]);
	live("a1");
	live("b");
	lose("a1");
	for (let attempt = 0; attempt < 3; attempt++) {
		clock.increment(5000);
		lose(attempt < 2 ? "a1" : "a2", "lost");
	}
	clock.increment(5000);
	expect(tries()).toEqual(["a1", "b", "a1", "a1", "a2", "a2"]);
	expect(open()).toEqual(["b", "a2"]);
});

test("a group whose primary has not got the stream begins with its secondary", () => {
	expect(stage(["a:a2"]).open()).toEqual(["a2"]);
});

test("retries back off to a few seconds and never end while somebody waits", () => {
	const { lose, clock, tries, open } = stage(["a"], { patience: { first: undefined, later: undefined } });
	const at: number[] = [];
	for (let elapsed = 0; elapsed < 60_000; elapsed += 25) {
		if (open().length > 0) {
			at.push(elapsed);
			lose("a", "lost");
		}
		clock.increment(25);
	}
	const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
	expect(pauses[0]).toBeLessThanOrEqual(125);
	for (const pause of pauses.slice(6)) expect(pause).toBeGreaterThanOrEqual(2500);
	expect(Math.max(...pauses)).toBeLessThanOrEqual(5025);
	expect(tries().length).toBe(at.length);
});

test("a server that withdraws is left when another plays, not before", () => {
	const { actor, live, open, onAir, offer } = stage(["a", "b"], { standby: 0 });
	live("a");
	offer("b");
	expect(open()).toEqual(["a", "b"]);
	expect(onAir()).toBe("a");
	live("b");
	expect(open()).toEqual(["b"]);
	expect(onAir()).toBe("b");
	offer();
	actor.send({ type: "withdrawn", server: "b" });
	expect(open()).toEqual(["b"]);
});

test("with a hot standby a withdrawn server is left at once", () => {
	const { live, open, onAir, offer } = stage(["a", "b", "c"]);
	live("a");
	live("b");
	offer("b", "c");
	expect(onAir()).toBe("b");
	expect(open()).toEqual(["b", "c"]);
});

test("a farther tier is a refuge: asked when the nearer one is lost, left when it is back", () => {
	const { live, lose, open, onAir, clock } = stage(["i1", "o1@1", "o2@1", "o3@1"]);
	expect(open()).toEqual(["i1"]);
	live("i1");
	lose("i1");
	expect(open()).toEqual(["o1", "o2"]);
	live("o1");
	live("o2");
	clock.increment(100);
	expect(open()).toEqual(["o1", "o2", "i1"]);
	live("i1");
	expect(open()).toEqual(["i1"]);
	expect(onAir()).toBe("i1");
});

test("while nobody answers, one more group is asked every now and then, whatever its tier", () => {
	const { open, clock, live } = stage(["a", "b", "c", "o@1"], { standby: 0 });
	expect(open()).toEqual(["a"]);
	clock.increment(300);
	expect(open()).toEqual(["a", "b"]);
	clock.increment(300);
	clock.increment(300);
	expect(open()).toEqual(["a", "b", "c", "o"]);
	live("o");
	live("b");
	expect(open()).toEqual(["a", "b", "c"]);
	live("a");
	expect(open()).toEqual(["b", "c"]);
});

test.for([
	["never", undefined, "b"],
	["after holdMs", 3000, "a"],
] as const)("a group that was preferred is back on air %s", ([, holdMs, want]) => {
	const { live, lose, clock, onAir } = stage(["a", "b"], { holdMs });
	live("a");
	live("b");
	lose("a");
	clock.increment(100);
	live("a");
	clock.increment(2999);
	expect(onAir()).toBe("b");
	clock.increment(1);
	expect(onAir()).toBe(want);
});

test("a better group that is lost while it is watched has to be well anew", () => {
	const { live, lose, clock, onAir } = stage(["a", "b"], { holdMs: 3000 });
	live("a");
	live("b");
	lose("a");
	clock.increment(100);
	live("a");
	clock.increment(2000);
	lose("a");
	clock.increment(500);
	live("a");
	clock.increment(2000);
	expect(onAir()).toBe("b");
	clock.increment(1000);
	expect(onAir()).toBe("a");
});

test.for([
	["before the first media", false, 2000],
	["after it was live", true, 5000],
] as const)("gives up %s when its patience is over", ([, wasLive, patience]) => {
	const { live, lose, clock, open, offer, isOver } = stage(["a"]);
	if (wasLive) live("a");
	offer();
	lose("a");
	clock.increment(patience - 1);
	expect(isOver()).toBe(false);
	clock.increment(1);
	expect(isOver()).toBe(true);
	expect(open()).toEqual([]);
});

test("whoever comes back in time puts the stream on air again", () => {
	const { live, lose, clock, offer, onAir, open, isOver } = stage(["a"]);
	live("a");
	offer();
	lose("a");
	clock.increment(4000);
	offer("b");
	expect(open()).toEqual(["b"]);
	live("b");
	clock.increment(60_000);
	expect(onAir()).toBe("b");
	expect(isOver()).toBe(false);
});

test("stopping it ends every pull", () => {
	const { actor, open } = stage(["a", "b"]);
	actor.stop();
	expect(open()).toEqual([]);
});
