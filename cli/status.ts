import type { Command } from "commander";
import type { StatusOptions } from "./status/status.ts";

/** Adds `millrace status`. */
export function addStatus(program: Command): void {
	program
		.command("status")
		.summary("show the nodes and streams of a mesh")
		.description("Listens to a mesh for a moment and shows its nodes and streams.")
		.option("--nats <url>", "the mesh's NATS server", "nats://127.0.0.1:4222")
		.option("--cluster <name>", "the mesh's name", "default")
		.option("--json", "print one JSON object")
		.action(async (options: StatusOptions) => {
			const { status } = await import("./status/status.ts");
			await status(options);
		});
}
