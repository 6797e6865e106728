import { type Millis, systemClock } from "#shared/base/clock";
import type { MeshNode } from "../../cli/processes/mesh-node.ts";
import type { Gauges } from "./gauges.ts";
import { type Allowance, type Course, courseOf, leaksOf } from "./leaks.ts";
import type { Ledger } from "./ledger.ts";
import type { SoakMesh } from "./soak-mesh.ts";

/** What is said of one process at the end. */
export type Balance = {
	readonly id: string;
	readonly minutes: number;
	readonly heap: Course;
	readonly external: Course;
	/** With nothing happening to the mesh. */
	readonly quiet: Gauges;
	readonly allowed: Allowance;
	readonly leaks: readonly string[];
};

/** One to nats-server and the one that asks. */
const OWN_SOCKETS = 2;
/** A connection that has just ended, or is not known to have. */
const SPARE_SOCKETS = 2;
/** Timers come and go with batches of frames; beside a few, so large a share more than at the start is no leak. */
const SPARE_TIMERS = 5;
const SPARE_TIMERS_SHARE = 0.1;
/** Server groups a subscription may have asked: both of the tier above, and at an edge both origins as a refuge. */
const GROUPS = { origin: 0, intermediate: 2, edge: 4 } as const;
/** Connections of a stream: an origin has its publisher and two nodes that read, a relay one reader and two upstreams. */
const SOCKETS_A_STREAM = 3;

/** Draws up the balance of the process that runs a node now. `before` are the node's gauges before the first fault. */
export function balanceOf(
	node: MeshNode,
	{ mesh, ledger, before, quiet }: { mesh: SoakMesh; ledger: Ledger; before: Gauges; quiet: Gauges },
): Balance {
	const { samples } = ledger.lifeOf(node);
	const streams = mesh.streamsOf(node);
	const allowed: Allowance = {
		sockets: streams * SOCKETS_A_STREAM + OWN_SOCKETS + SPARE_SOCKETS,
		timers: Math.ceil(before.timers * (1 + SPARE_TIMERS_SHARE)) + SPARE_TIMERS,
		actors: node.role === "origin" ? 0 : streams * (1 + GROUPS[node.role]),
	};
	const since: Millis = samples[0]?.at ?? systemClock.now();
	return {
		id: node.id,
		minutes: Math.round((systemClock.now() - since) / 6_000) / 10,
		heap: courseOf(samples, "heap"),
		external: courseOf(samples, "external"),
		...{ quiet, allowed, leaks: leaksOf(samples, quiet, allowed) },
	};
}
