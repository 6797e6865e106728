import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import type { SceneNode } from "../stage/scene.ts";
import { DRAIN_STALL_MS } from "./failures.ts";

const WATCHED_MS = 6_000;
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

/** Every node goes in good order, and comes back. */
export const rollingRestart: Scenario = {
	name: "rolling-restart",
	about:
		"every node is told to stop and started again under its id, one after another, edges last; an edge's own viewers leave before",
	plan: HOT,
	limits: { stallMs: DRAIN_STALL_MS, isPathAlive: true },
	play: async (act) => {
		const { stage } = act;
		for (const node of [...stage.tier("origin"), ...stage.tier("intermediate")]) await restart(act, node);
		for (const edge of stage.tier("edge")) await restartEdge(act, edge);
		await act.observe(WATCHED_MS);
	},
};
