import { expect, test } from "vitest";
import type { PullReport } from "./server-machine.ts";
import { Subscription, type SubscriptionOptions } from "./subscription.ts";
import { server } from "./test-stage.ts";

/** A subscription to these servers and what it told; its pulls are driven by hand. */
function stage(ids: string[], more: Partial<SubscriptionOptions> = {}) {
	const told: string[] = [];
	const pulls = new Map<string, (event: PullReport) => void>();
	const subscription = new Subscription({
		servers: () => ids.map(server),
		standby: 1,
		holdMs: undefined,
		patience: { first: undefined, later: undefined },
		pull: ({ id }, report) => {
			pulls.set(id, report);
			return () => pulls.delete(id);
		},
		onAirChanged: ({ to }) => told.push(`on air ${to}`),
		onOver: () => told.push("over"),
		onFailed: (error) => told.push(`failed: ${error instanceof Error ? error.message : error}`),
		...more,
	});
	subscription.start();
	return { subscription, told, pulls, [Symbol.dispose]: () => subscription.stop() };
}

test("shows every server with its group, rank and state", () => {
	const ids = ["a", "b", "a2:a"];
	using staged = stage(ids);
	const { subscription, pulls } = staged;
	pulls.get("a")?.({ type: "live" });
	pulls.get("a")?.({ type: "flowing" });
	ids.splice(0, 3, "b", "a2:a");
	subscription.candidatesChanged();
	expect(subscription.state).toEqual({
		state: "on-air",
		live: ["a"],
		dialling: ["b", "a2"],
		cooling: [],
		servers: [
			{ id: "b", group: "b", rank: "primary", state: "dialling" },
			{ id: "a2", group: "a", rank: "secondary", state: "dialling" },
			{ id: "a", group: "a", rank: "primary", state: "leaving" },
		],
	});
	expect(subscription.actors).toBe(4);
});

const fault = (): never => {
	throw new Error("a fault");
};

test.for([
	["looking servers up", { servers: fault }],
	["a pull that is to begin", { pull: fault }],
	["the one that is told who is on air", { onAirChanged: fault }],
] as const)("what %s throws ends this subscription, once and with its pulls, and nothing besides", ([, more]) => {
	using staged = stage(["a"], more);
	const { subscription, told, pulls } = staged;
	pulls.get("a")?.({ type: "live" });
	subscription.candidatesChanged();
	expect(told).toEqual(["failed: a fault"]);
	expect(pulls.size).toBe(0);
	expect(subscription.state.state).toBe("over");
});

test("what a later look throws ends it too", () => {
	const ids = ["a"];
	using staged = stage(ids, { servers: () => (ids.length === 0 ? fault() : ids.map(server)) });
	ids.pop();
	staged.subscription.candidatesChanged();
	expect(staged.told).toEqual(["failed: a fault"]);
	expect(staged.pulls.size).toBe(0);
});
