import type { EdgeConfig } from "#shared/base/config";
import { MeshError } from "#shared/base/errors";
import { run } from "#shared/base/runtime";
import { joinPool, tellFailed } from "#shared/node/workers";
import { startEdge } from "./edge.ts";

/** Runs one worker of an edge; the configuration comes from the pool, which also says what goes wrong at the start. */
export async function runWorker(): Promise<void> {
	const { task, siblings } = await joinPool<EdgeConfig>();
	let isTold = false;
	const start = async () => {
		try {
			return await startEdge(task, { siblings });
		} catch (error) {
			if (error instanceof MeshError) {
				// Now: the channel to the pool is closed when a service could not start.
				tellFailed(error.message);
				isTold = true;
			}
			throw error;
		}
	};
	try {
		await run(start);
	} catch (error) {
		if (!isTold) throw error;
		process.exitCode = 1;
	}
}
