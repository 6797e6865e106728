import type { Command } from "commander";
import { seconds } from "./arguments.ts";
import type { ProbeOptions } from "./probe/probe.ts";

/** Adds `millrace probe`. */
export function addProbe(program: Command): void {
	program
		.command("probe")
		.summary("play a stream as a viewer and report what arrived")
		.description("Plays a stream as a viewer and reports frames, losses, repeats, stalls and the time to join.")
		.argument("<url>", "rtmp://host:port/app/name or http://host:port/app/name.flv")
		.option("--seconds <n>", "stop after this many seconds", seconds)
		.option("--source <file>", "the FLV file that is published in a loop; each received frame is compared with it")
		.option("--json", "print the report as one JSON object")
		.action(async (url: string, options: ProbeOptions) => {
			const { probe } = await import("./probe/probe.ts");
			await probe(url, options);
		});
}
