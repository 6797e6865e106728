import type { Command } from "commander";
import { clusterOption, natsOption } from "./mesh-options.ts";
import type { StatusOptions } from "./status/status.ts";

/** Adds `millrace status`. */
export function addStatus(program: Command): void {
	program
		.command("status")
		.summary("show the nodes, streams and viewers of a mesh")
		.description(
			"Listens to a mesh for a moment and shows its nodes with their viewers, and for each stream where every node has it from.",
		)
		.addOption(natsOption())
		.addOption(clusterOption())
		.option("--json", "print one JSON object")
		.action(async (options: StatusOptions) => {
			const { status } = await import("./status/status.ts");
			await status(options);
		});
}
