import { availableParallelism } from "node:os";
import { systemClock } from "#shared/base/clock";
import type { EdgeConfig } from "#shared/base/config";
import { createLogger, type Service } from "#shared/base/runtime";
import { createPoolMetrics, type Ready, WorkerPool } from "#shared/node/workers";

/** How many processes an edge is. */
export const workersOf = ({ workers }: Pick<EdgeConfig, "workers">): number =>
	workers === "auto" ? availableParallelism() : workers;

type Ports = { readonly rtmp: number; readonly http: number; readonly admin: number };

/**
 * An edge of several processes on the same ports: each worker is a node of the mesh with an id of its own, `<id>-w1` and
 * so on, and pulls for itself. This process holds no media and no connection; it starts the workers, again where they die.
 * Throws StartError.
 */
export async function startWorkers(config: EdgeConfig): Promise<Service> {
	const { id } = config.node;
	const log = createLogger({ ...config.log, node: id });
	const metrics = createPoolMetrics({ node: id, role: config.role });
	/** What the workers that listen at present asked for, and got: port 0 is the same free port for all of them. */
	let asked: Ports = { rtmp: config.rtmp.port, http: config.http.port, admin: config.admin?.port ?? 0 };
	let got: Ports | undefined;
	const pool = new WorkerPool({
		count: workersOf(config),
		clock: systemClock,
		log,
		drainMs: config.drainMs,
		task: (number, isAlone) => {
			// Nobody holds the ports any more: whoever asked for free ones would get others.
			if (isAlone && got) asked = got;
			return workerConfig(config, number, asked);
		},
		metrics: () => metrics.registry.metrics(),
		onRestart: () => metrics.restarts.inc(),
	});
	const { rtmp, http, admin } = await pool.start();
	got = { rtmp: portGot(config.rtmp, rtmp), http: portGot(config.http, http), admin: Number(new URL(admin).port) };
	log.info({ workers: workersOf(config), rtmp, http, admin }, "all workers ready");
	process.send?.({ event: "ready", id, role: config.role, rtmp, http, admin } satisfies Ready);
	return pool;
}

/** The port that is listened on, where the one that is announced is not another. */
const portGot = ({ port, advertise }: EdgeConfig["rtmp"], url: string): number =>
	port === 0 && advertise?.port === undefined ? Number(new URL(url).port) : port;

/** The configuration of one worker: an edge of its own, in the group of all of them. */
function workerConfig(config: EdgeConfig, number: number, { rtmp, http, admin }: Ports): EdgeConfig {
	const { node } = config;
	return {
		...config,
		node: { ...node, id: `${node.id}-w${number}` },
		rtmp: { ...config.rtmp, port: rtmp },
		http: { ...config.http, port: http },
		...(config.admin && { admin: { ...config.admin, port: admin } }),
		workers: 1,
	};
}
