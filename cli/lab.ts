import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import type { LabOptions } from "./lab/lab.ts";

/** Each node is a process of about 60 MB. A larger tier needs real machines. */
const MAX_NODES = 20;

/** Adds `millrace lab`. */
export function addLab(program: Command): void {
	const count = (least: number) => wholeNumber(least, MAX_NODES);
	program
		.command("lab")
		.summary("run a whole mesh on this machine, with a demo stream")
		.description(
			"Runs a nats-server and a whole mesh on this machine, publishes a demo stream and prints what to open. Ctrl-C stops everything. " +
				"The logs stay in $XDG_STATE_HOME/millrace/lab (~/.local/state/millrace/lab) until the next lab begins.",
		)
		.option("--origins <n>", "number of origins", count(1), 2)
		.option("--intermediates <n>", "number of intermediates", count(0), 2)
		.option("--edges <n>", "number of edges", count(0), 2)
		.option("--no-demo", "do not publish a demo stream")
		.option("--no-restart", "do not restart a process that dies")
		.option(
			"--overlay <file>",
			"YAML file with settings for the nodes, under the keys all, origin, intermediate, edge or a node's id; paths in it must be absolute",
		)
		.option("--verbose", "show the logs of all processes")
		.option("--json", "print what happens as JSON, one object per line")
		.action(async (options: LabOptions) => {
			const { lab } = await import("./lab/lab.ts");
			await lab(options);
		});
}
