import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import type { SceneNode } from "../stage/scene.ts";

const WATCHED_MS = 6_000;
/** Nothing is lost, so nothing has to be waited for. */
const STALL_MS = 50;

const drained = (tier: "origin" | "intermediate"): Scenario => ({
	name: `drain-${tier}`,
	about: `the ${tier} in use is told to stop (SIGTERM)`,
	plan: HOT,
	limits: { stallMs: STALL_MS, isPathAlive: true },
	play: async (act) => {
		await act.drain(act.stage.inUse(tier));
		await act.observe(WATCHED_MS);
	},
});

async function restart(act: Act, node: SceneNode): Promise<void> {
	await act.drain(node);
	await node.start();
	await act.untilWhole();
}

/** Viewers of an edge leave before it stops; those of the other edge stay, and somebody new comes when it is back. */
async function restartEdge(act: Act, edge: SceneNode): Promise<void> {
	for (const viewer of act.viewers) if (viewer.edge === edge.id) viewer.leave();
	await act.drain(edge);
	await edge.start();
	// It has no parents until somebody watches.
	await act.stage.untilPlaying(act.manner.signal);
	await act.watch(edge);
	await act.untilWhole();
}

const rollingRestart: Scenario = {
	name: "rolling-restart",
	about:
		"every node is told to stop and started again under its id, one after another, edges last; an edge's own viewers leave before",
	plan: HOT,
	limits: { stallMs: STALL_MS, isPathAlive: true },
	play: async (act) => {
		const { stage } = act;
		for (const node of [...stage.tier("origin"), ...stage.tier("intermediate")]) await restart(act, node);
		for (const edge of stage.tier("edge")) await restartEdge(act, edge);
		await act.observe(WATCHED_MS);
	},
};

/** Nodes that go in good order. */
export const drains: readonly Scenario[] = [drained("origin"), drained("intermediate"), rollingRestart];
