import { setTimeout as pause } from "node:timers/promises";
import { PeerLostError } from "#shared/base/errors";
import { Cluster, type ClusterNode } from "../../test/support/cluster.ts";
import { metric } from "../../test/support/metrics.ts";

/** An edge lets go of what nobody watches at once, so a run that begins cold need not wait for it. */
export const KEEP_NOTHING = { MILLRACE_KEEP_MS: "0" };
const COLD_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** How many servers a stream passes from the publisher to the viewer. */
export const TIERS = [1, 2, 3] as const;
/** 1: the viewer plays at the origin; 2: origin and edge; 3: an intermediate between them. */
export type Tiers = (typeof TIERS)[number];

/** A mesh of processes around a real nats-server. Disposing ends them all. */
export type Mesh = AsyncDisposable & {
	/** Where to publish. */
	readonly origin: string;
	/** Where viewers play, by the number of servers on the way. */
	readonly doors: ReadonlyMap<Tiers, string>;
	/** Waits until no intermediate and no edge pulls anything. */
	cold(signal: AbortSignal): Promise<void>;
};

/** A mesh to which nodes are added; they say little, and write to viewers at once unless they are told otherwise. */
export const startCluster = (): Promise<Cluster> =>
	Cluster.start({
		env: { MILLRACE_LOG_LEVEL: "warn", MILLRACE_LOG_PRETTY: "false", MILLRACE_VIEWERS_DELAY_MS: "0" },
	});

/** Starts what the wanted ways need, one process after another. Throws StartError. */
export async function startMesh(tiers: readonly Tiers[]): Promise<Mesh> {
	const cluster = await startCluster();
	const relay = async (role: "intermediate" | "edge", id: string, above: string): Promise<string> =>
		(await cluster.node(role, id, `upstreams: {discover: [${above}]}`, { env: KEEP_NOTHING })).rtmp;
	try {
		const { rtmp: origin } = await cluster.node("origin", "origin");
		const doors = new Map<Tiers, string>([[1, origin]]);
		if (tiers.includes(2)) doors.set(2, await relay("edge", "edge-of-origin", "origin"));
		if (tiers.includes(3)) {
			await relay("intermediate", "intermediate", "origin");
			doors.set(3, await relay("edge", "edge-of-intermediate", "intermediate"));
		}
		const relays = cluster.nodes.filter(({ role }) => role !== "origin");
		return {
			...{ origin, doors, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() },
			cold: async (signal) => void (await Promise.all(relays.map((node) => untilCold(node, signal)))),
		};
	} catch (error) {
		await cluster[Symbol.asyncDispose]();
		throw error;
	}
}

/** Waits until a relay pulls nothing, as its metrics say. Throws PeerLostError. */
export async function untilCold({ id, http }: Pick<ClusterNode, "id" | "http">, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + COLD_WITHIN_MS;
	while ((await metric(http, "millrace_streams")) > 0) {
		if (performance.now() > until) throw new PeerLostError(`${id} goes on pulling what nobody watches`);
		await pause(LOOK_EVERY_MS, undefined, { signal });
	}
}
