import type { Command } from "commander";

type Sources = { file?: string; env: NodeJS.ProcessEnv };
type Service = { main(sources: Sources): Promise<void> };
type Role = "origin" | "intermediate" | "edge";

const SERVICES: readonly { role: Role; about: string; load(): Promise<Service> }[] = [
	{ role: "origin", about: "take streams from encoders", load: () => import("../services/origin/main.ts") },
	{ role: "intermediate", about: "pass streams on to nodes", load: () => import("../services/intermediate/main.ts") },
	{ role: "edge", about: "serve viewers", load: () => import("../services/edge/main.ts") },
];

/** Adds one command for each service. */
export function addServices(program: Command): void {
	for (const { role, about, load } of SERVICES) {
		const command = program
			.command(role)
			.summary(`run a node of the mesh: ${about}`)
			.description(`Runs one node until SIGTERM or Ctrl-C. Its part in the mesh is to ${about}.`)
			.option("--config <file>", "YAML file; every key can also be an environment variable MILLRACE_…")
			// Commander's own help is off, so that the list of keys is loaded only on request.
			.helpOption(false)
			.option("-h, --help", "show help and every key of the configuration")
			.action(async ({ config, help }: { config?: string; help?: true }) => {
				if (help) return await showHelp(command, role);
				const { main } = await load();
				await main({ ...(config !== undefined && { file: config }), env: process.env });
			});
	}
}

async function showHelp(command: Command, role: Role): Promise<void> {
	const { configReference } = await import("#shared/base/config");
	command.outputHelp();
	process.stdout.write(`\n${configReference(role)}`);
}
