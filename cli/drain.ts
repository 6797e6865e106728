import type { Command } from "commander";
import type { DrainOptions } from "./drain/drain.ts";
import { clusterOption, natsOption } from "./mesh-options.ts";

/** Adds `millrace drain`. */
export function addDrain(program: Command): void {
	program
		.command("drain")
		.summary("stop a node without a gap for its readers")
		.description("Makes a node send its readers to other nodes and then stop. Waits until the node is gone.")
		.argument("<node>", "the node's id, as `millrace status` shows it")
		.addOption(natsOption())
		.addOption(clusterOption())
		.action(async (node: string, options: DrainOptions) => {
			const { drain } = await import("./drain/drain.ts");
			await drain(node, options);
		});
}
