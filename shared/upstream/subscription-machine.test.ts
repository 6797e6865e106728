import { expect, test } from "vitest";
import { createActor, type EventObject, fromCallback, SimulatedClock } from "xstate";
import type { Candidate } from "./candidate.ts";
import { type PullReport, subscriptionMachine } from "./subscription-machine.ts";

const candidate = (id: string): Candidate => ({ id, group: id, host: "127.0.0.1", port: 1935, app: undefined });

/** A machine whose pulls are driven by hand. */
function stage(
	available: string[],
	patience: { first: number | undefined; later: number | undefined } = { first: 2000, later: 5000 },
) {
	const clock = new SimulatedClock();
	const servers = { available };
	const pulls: { id: string; isOpen: boolean; report(event: PullReport): void }[] = [];
	const pull = fromCallback<EventObject, { candidate: Candidate }>(({ input, sendBack }) => {
		const entry = { id: input.candidate.id, isOpen: true, report: sendBack };
		pulls.push(entry);
		return () => {
			entry.isOpen = false;
		};
	});
	const choose = (tried: readonly string[]) => servers.available.filter((id) => !tried.includes(id)).map(candidate)[0];
	const actor = createActor(subscriptionMachine.provide({ actors: { pull } }), { clock, input: { choose, patience } });
	actor.start();
	const last = () => pulls.at(-1) ?? expect.fail("a pull");
	const open = () => pulls.filter(({ isOpen }) => isOpen).map(({ id }) => id);
	return { actor, clock, servers, pulls, last, open, state: () => actor.getSnapshot().value };
}

test("dials the first candidate and is on air with its first media", () => {
	const { last, open, state } = stage(["a", "b"]);
	expect(state()).toEqual({ pulling: "dialling" });
	expect(open()).toEqual(["a"]);
	last().report({ type: "live" });
	expect(state()).toEqual({ pulling: "onAir" });
});

test("on a loss the next candidate is dialled at once, and never two at a time", () => {
	const { last, open, pulls } = stage(["a", "b", "c"]);
	last().report({ type: "live" });
	for (const next of ["b", "c"]) {
		last().report({ type: "lost", reason: "idle" });
		expect(open()).toEqual([next]);
	}
	expect(pulls.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("when all have been tried it waits, then begins anew", () => {
	const { last, open, state, clock } = stage(["a", "b"]);
	last().report({ type: "live" });
	last().report({ type: "lost", reason: "idle" });
	last().report({ type: "lost", reason: "lost" });
	expect(state()).toBe("waiting");
	expect(open()).toEqual([]);
	clock.increment(500);
	expect(open()).toEqual(["a"]);
});

test("a candidate that appears while waiting is dialled at once", () => {
	const { open, state, servers, actor } = stage([]);
	expect(state()).toBe("waiting");
	servers.available = ["a"];
	actor.send({ type: "candidates" });
	expect(open()).toEqual(["a"]);
});

test.for([
	["before the first media", false, 2000],
	["after it was live", true, 5000],
] as const)("gives up %s when its patience is over", ([, wasLive, patience]) => {
	const { actor, clock, servers, last, open } = stage(["a"]);
	if (wasLive) last().report({ type: "live" });
	servers.available = [];
	last().report({ type: "lost", reason: "lost" });
	clock.increment(patience - 1);
	expect(actor.getSnapshot().status).toBe("active");
	clock.increment(1);
	expect(actor.getSnapshot().status).toBe("done");
	expect(open()).toEqual([]);
});

test("retries do not prolong the patience", () => {
	const { actor, clock, last, open } = stage(["a"]);
	for (let elapsed = 0; elapsed < 2000; elapsed += 50) {
		if (open().length > 0) last().report({ type: "lost", reason: "lost" });
		clock.increment(50);
	}
	expect(actor.getSnapshot().status).toBe("done");
});

test("without a bound it waits for ever", () => {
	const { actor, clock, servers, open } = stage([], { first: undefined, later: 5000 });
	clock.increment(24 * 3600 * 1000);
	expect(actor.getSnapshot().status).toBe("active");
	servers.available = ["a"];
	actor.send({ type: "candidates" });
	expect(open()).toEqual(["a"]);
});

test("media ends the impatience", () => {
	const { actor, clock, last } = stage(["a"]);
	last().report({ type: "live" });
	clock.increment(60_000);
	expect(actor.getSnapshot().status).toBe("active");
});

test("an upstream that takes the stream back is left for another, and kept where there is none", () => {
	const { actor, last, open, servers } = stage(["a", "b"]);
	last().report({ type: "live" });
	actor.send({ type: "withdrawn" });
	expect(open()).toEqual(["b"]);
	last().report({ type: "live" });
	servers.available = ["b"];
	actor.send({ type: "withdrawn" });
	expect(open()).toEqual(["b"]);
});

test("stopping it ends the pull", () => {
	const { actor, open } = stage(["a"]);
	actor.stop();
	expect(open()).toEqual([]);
});
