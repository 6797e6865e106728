import { assemble } from "#shared/base/runtime";
import { KEEP_NOTHING, startCluster } from "../support/mesh.ts";
import { startPeers } from "../support/peers.ts";
import { CORES, compilePrograms, type NativePrograms, pin } from "./native.ts";

/** The edge's own limits are not what is measured. */
const MANY = 16_384;
const UNLIMITED = {
	...KEEP_NOTHING,
	...{ MILLRACE_LIMITS_CONNECTIONS: `${MANY}`, MILLRACE_LIMITS_CONNECTIONS_PER_ADDRESS: `${MANY}` },
};

/** A server whose viewers are counted. */
export type Server = {
	readonly name: string;
	/** Undefined for servers that have no such setting. */
	readonly delayMs: number | undefined;
	readonly pid: number;
	readonly publish: string;
	readonly play: string;
	/** Where its metrics are; empty for other servers. */
	readonly http: string;
};

/** All that is measured, running, on the load's core until it is its turn. Disposing ends it. */
export type Stage = AsyncDisposable & {
	readonly programs: NativePrograms;
	/** Ours, one edge a delay. */
	readonly edges: readonly Server[];
	readonly peers: readonly Server[];
};

export type StageOptions = { readonly delays: readonly number[]; readonly peers: boolean };

/** Starts a mesh with an edge for each delay, and other servers where asked. Throws StartError. */
export const startStage = ({ delays, peers: wantsPeers }: StageOptions): Promise<Stage> =>
	assemble(async (scope) => {
		const programs = scope.use(await compilePrograms());
		// What is started from here on inherits it.
		await pin(process.pid, CORES.load);
		const cluster = scope.use(await startCluster());
		const origin = await cluster.node("origin", "origin");
		const edges: Server[] = [];
		for (const delayMs of delays) {
			const env = { ...UNLIMITED, MILLRACE_VIEWERS_DELAY_MS: `${delayMs}` };
			const edge = await cluster.node("edge", `edge-${delayMs}`, "upstreams: {discover: [origin]}", { env });
			const { pid, rtmp, http } = edge;
			edges.push({ name: "millrace edge", delayMs, pid, publish: origin.rtmp, play: rtmp, http });
		}
		const peers = wantsPeers ? (await startPeers({ connections: MANY })).map((peer) => scope.use(peer)) : [];
		return {
			...{ programs, edges, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() },
			peers: peers.map(({ name, pid, rtmp }) => ({
				...{ name, pid, publish: rtmp, play: rtmp },
				...{ delayMs: undefined, http: "" },
			})),
		};
	});
