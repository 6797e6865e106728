import type { Command } from "commander";
import type { DrainOptions } from "./drain/drain.ts";

/** Adds `millrace drain`. */
export function addDrain(program: Command): void {
	program
		.command("drain")
		.summary("stop a node without a gap for anybody")
		.description("Makes a node send its readers to other nodes and then stop; waits until it is gone.")
		.argument("<node>", "the node's id, as `millrace status` shows it")
		.option("--nats <url>", "the mesh's NATS server", "nats://127.0.0.1:4222")
		.option("--cluster <name>", "the mesh's name", "default")
		.action(async (node: string, options: DrainOptions) => {
			const { drain } = await import("./drain/drain.ts");
			await drain(node, options);
		});
}
