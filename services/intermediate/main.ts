import { type ConfigSources, readConfig } from "#shared/base/config";
import { run } from "#shared/base/runtime";
import { startIntermediate } from "./intermediate.ts";

/** Runs an intermediate until it is told to stop. Throws ConfigError and StartError. */
export async function main(sources: ConfigSources): Promise<void> {
	const config = readConfig("intermediate", sources);
	await run(() => startIntermediate(config));
}
