import { merge, type Settings } from "../../../cli/lab/overlay.ts";
import { type PlannedNode, planNodes } from "../../../cli/lab/plan.ts";

/** What a scenario is played on: two origins, two intermediates and two edges, and a publisher to both origins. */
export type StagePlan = {
	/** Upstreams that play along beside the one on air, at intermediates and edges. */
	readonly standby: 0 | 1;
	/** One encoder's frames at both origins, or at each those of an encoder of its own. */
	readonly feeds: "identical" | "unrelated";
	/** Links that can be cut: to each intermediate, or from the publisher to each origin. */
	readonly links: "none" | "intermediates" | "publisher";
};

/** A group of pictures of every feed. */
export const GOP_MS = 1_000;
/** Silence after which an upstream is given up; the services' own standard. */
export const IDLE_MS = 1_000;
/** An edge that is told to stop lets its viewers watch on for so long. */
const EDGE_DRAIN_MS = 3_000;

export const HOT: StagePlan = { standby: 1, feeds: "identical", links: "none" };
export const COLD: StagePlan = { ...HOT, standby: 0 };
export const UNRELATED: StagePlan = { ...HOT, feeds: "unrelated" };
export const LINKED: StagePlan = { ...HOT, links: "intermediates" };
export const PUBLISHER_LINKED: StagePlan = { ...HOT, links: "publisher" };

/** The nodes of a stage with their settings, from the top down. */
export function nodesOf({ standby }: StagePlan): PlannedNode[] {
	const relay: Settings = { standby, idleMs: IDLE_MS };
	const overlay = new Map<string, Settings>([
		["intermediate", relay],
		["edge", merge(relay, { drainMs: EDGE_DRAIN_MS })],
	]);
	return planNodes({ origins: 2, intermediates: 2, edges: 2 }, overlay);
}
