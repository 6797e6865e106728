import { type ConfigSources, readConfig } from "#shared/config";
import { run } from "#shared/runtime";
import { startEdge } from "./edge.ts";

/** Runs an edge until it is told to stop. Throws ConfigError and StartError. */
export async function main(sources: ConfigSources): Promise<void> {
	const config = readConfig("edge", sources);
	await run(() => startEdge(config));
}
