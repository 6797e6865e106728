import { type ConfigSources, readConfig } from "#shared/base/config";
import { run } from "#shared/base/runtime";
import { startOrigin } from "./origin.ts";

/** Runs an origin until it is told to stop. Throws ConfigError and StartError. */
export async function main(sources: ConfigSources): Promise<void> {
	const config = readConfig("origin", sources);
	await run(() => startOrigin(config));
}
