import { Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../cli/arguments.ts";
import { note } from "../cli/terminal.ts";
import { addFanoutCommands } from "./fanout/commands.ts";
import { addBench, type Rounds, rounds, span } from "./support/command.ts";
import { commandLine } from "./support/command-line.ts";
import { TIERS, type Tiers } from "./support/mesh.ts";
import type { Run } from "./support/run.ts";

/** Runs one command line to its end; the exit status: 0 measured, 1 failed, 2 wrong usage. */
export const runProgram = (args: readonly string[]): Promise<number> =>
	commandLine(async (signal) => {
		await createProgram(signal).parseAsync(args, { from: "user" });
		return 0;
	});

function createProgram(signal: AbortSignal): Command {
	const run: Run = { signal, say: note };
	const program = new Command("bench")
		.description("Measures Millrace on this machine; what the figures mean is in docs/benchmarks.md.")
		.showSuggestionAfterError()
		.exitOverride();
	addBench<{ tiers: readonly Tiers[] } & Rounds>(program, "latency", async (options) => {
		const { benchLatency, latencyTable } = await import("./latency.ts");
		const rows = await benchLatency(options, run);
		return { rows, text: latencyTable(rows) };
	})
		.description(
			"Time from the publisher's write to the viewer's read, through 1 to 3 tiers of Millrace and through other servers.",
		)
		.option("--tiers <list>", "tiers of servers on the way, such as 1,3", tierList, TIERS)
		.addOption(span("length of a round", 10))
		.addOption(rounds(3));
	addBench<{ runs: number }>(program, "join", async (options) => {
		const { benchJoin, joinTable } = await import("./join.ts");
		const rows = await benchJoin(options, run);
		return { rows, text: joinTable(rows) };
	})
		.description(
			"Time from a viewer's dial to its first whole keyframe: of a running stream, of a cold one, and at other servers.",
		)
		.option("--runs <n>", "viewers in each case", wholeNumber(1, 10_000), 20);
	addBench<{ streams: number; children: number }>(program, "directory", async (options) => {
		const { benchDirectory } = await import("./directory.ts");
		const { table, millis } = await import("./support/table.ts");
		note("one parent, its children in a process of their own: about 15 s");
		const rows = await benchDirectory({ ...options, signal });
		const cells = rows.map(({ name, value, unit }) => [name, millis(value), unit]);
		return { rows, text: table(["", "value", "unit"], cells) };
	})
		.description("The control plane over a real nats-server: time for a snapshot, time for a change, CPU when idle.")
		.option("--streams <n>", "streams of the parent", wholeNumber(1, 10_000), 10_000)
		.option("--children <n>", "nodes that follow it", wholeNumber(1, 1_000), 50);
	addBench<{ streams: number } & Rounds>(program, "merge", async (options) => {
		const { benchMerge, mergeTable } = await import("./merge.ts");
		const rows = await benchMerge(options, run);
		return { rows, text: mergeTable(rows) };
	})
		.description("CPU of a relay with two feeds of each stream, compared with one feed.")
		.option("--streams <n>", "streams that are merged", wholeNumber(1, 1_000), 20)
		.addOption(span("length of a round", 10))
		.addOption(rounds(3));
	addBench<{ streams: number } & Rounds>(program, "package", async (options) => {
		const { benchPackage, packageTable } = await import("./package.ts");
		const rows = await benchPackage(options, signal);
		return { rows, text: packageTable(rows) };
	})
		.description("What packaging one stream of 1.1 Mb/s into CMAF costs: CPU and memory.")
		.option("--streams <n>", "streams whose memory is measured", wholeNumber(1, 1_000), 20)
		.addOption(span("media of each stream", 40))
		.addOption(rounds(5));
	addFanoutCommands(program, run);
	return program;
}

function tierList(text: string): readonly Tiers[] {
	const wanted = text.split(",").map(Number);
	const known = TIERS.filter((tiers) => wanted.includes(tiers));
	if (known.length === wanted.length) return known;
	throw new InvalidArgumentError(`Expected one or more of ${TIERS.join(", ")}, such as 1,3.`);
}
