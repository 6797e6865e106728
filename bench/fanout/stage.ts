import { Scope } from "#shared/base/runtime";
import { startNatsServer } from "../../test/support/nats-server.ts";
import { startPeers } from "../support/peers.ts";
import { startService } from "../support/services.ts";
import { CORES, compilePrograms, type NativePrograms, pin } from "./native.ts";

/** The edge's own limits are not what is measured. */
const MANY = 16_384;
const LIMITS = { LIMITS_CONNECTIONS: `${MANY}`, LIMITS_CONNECTIONS_PER_ADDRESS: `${MANY}` };

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

export type StageOptions = {
	readonly delays: readonly number[];
	readonly peers: boolean;
};

/** Starts a mesh with an edge for each delay, and other servers where asked. Throws StartError. */
export async function startStage({ delays, peers: wantsPeers }: StageOptions): Promise<Stage> {
	const scope = new Scope();
	try {
		const programs = scope.use(await compilePrograms());
		// What is started from here on inherits it.
		await pin(process.pid, CORES.load);
		const nats = scope.use(await startNatsServer());
		const origin = scope.use(await startService({ role: "origin", id: "origin", nats: nats.url }));
		const edges: Server[] = [];
		for (const delayMs of delays) {
			const more = {
				...LIMITS,
				KEEP_MS: "0",
				UPSTREAMS: "{discover: [origin]}",
				VIEWERS_DELAY_MS: `${delayMs}`,
			};
			const edge = scope.use(await startService({ role: "edge", id: `edge-${delayMs}`, nats: nats.url, more }));
			const { pid, rtmp, http } = edge;
			edges.push({ name: "millrace edge", delayMs, pid, publish: origin.rtmp, play: rtmp, http });
		}
		const peers = wantsPeers ? (await startPeers({ connections: MANY })).map((peer) => scope.use(peer)) : [];
		return {
			programs,
			edges,
			peers: peers.map(({ name, pid, rtmp }) => ({
				name,
				delayMs: undefined,
				pid,
				publish: rtmp,
				play: rtmp,
				http: "",
			})),
			[Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
		};
	} catch (error) {
		await scope[Symbol.asyncDispose]();
		throw error;
	}
}
