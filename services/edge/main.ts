import { type ConfigSources, readConfig } from "#shared/base/config";
import { run } from "#shared/base/runtime";
import { isWorker } from "#shared/node/workers";
import { startEdge } from "./edge.ts";
import { runWorker } from "./worker.ts";
import { startWorkers, workersOf } from "./workers.ts";

/** Runs an edge, in one process or several, until it is told to stop. Throws ConfigError and StartError. */
export async function main(sources: ConfigSources): Promise<void> {
	if (isWorker()) return await runWorker();
	const config = readConfig("edge", sources);
	await run(() => (workersOf(config) === 1 ? startEdge(config) : startWorkers(config)));
}
