import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import type { LabOptions } from "./lab/lab.ts";

/** Each node is a process of 60 MB or so: more of a tier is for real machines. */
const MAX_NODES = 20;

/** Adds `millrace lab`. */
export function addLab(program: Command): void {
	const count = (least: number) => wholeNumber(least, MAX_NODES);
	program
		.command("lab")
		.summary("run a whole mesh on this machine, with a demo stream")
		.description(
			"Runs a nats-server and every service on this machine, publishes a demo stream and tells what to open. Ctrl-C stops all of it. " +
				"The logs stay in $XDG_STATE_HOME/millrace/lab (~/.local/state/millrace/lab) until the next lab begins.",
		)
		.option("--origins <n>", "how many origins", count(1), 2)
		.option("--intermediates <n>", "how many intermediates", count(0), 2)
		.option("--edges <n>", "how many edges", count(0), 2)
		.option("--no-demo", "publish nothing")
		.option("--no-restart", "leave a process that dies dead")
		.option(
			"--overlay <file>",
			"YAML to lay over the nodes' configuration, below all, origin, intermediate, edge or a node's id; paths in it are absolute",
		)
		.option("--verbose", "show the logs of all processes")
		.option("--json", "tell what happens as JSON, one object a line")
		.action(async (options: LabOptions) => {
			const { lab } = await import("./lab/lab.ts");
			await lab(options);
		});
}
