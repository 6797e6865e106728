import { Command, InvalidArgumentError } from "commander";
import { seconds, wholeNumber } from "../cli/arguments.ts";
import { note } from "../cli/terminal.ts";
import { addFanoutCommands } from "./fanout/commands.ts";
import { commandLine } from "./support/command-line.ts";
import { TIERS, type Tiers } from "./support/mesh.ts";
import { JSON_OPTION, type Output, report } from "./support/report.ts";
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
	program
		.command("latency")
		.description(
			"Time from the publisher's write to the viewer's read, through 1 to 3 tiers and through other servers.",
		)
		.option("--tiers <list>", "servers on the way, such as 1,3", tierList, TIERS)
		.option("--seconds <n>", "length of a round", seconds, 10)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 3)
		.option(...JSON_OPTION)
		.action(async (options: { tiers: readonly Tiers[]; seconds: number; rounds: number } & Output) => {
			const { benchLatency, latencyTable } = await import("./latency.ts");
			await report("latency", options, async () => {
				const rows = await benchLatency(options, run);
				return { rows, text: latencyTable(rows) };
			});
		});
	program
		.command("join")
		.description("Time from a viewer's dial to its first whole keyframe, warm and cold, and at other servers.")
		.option("--runs <n>", "viewers in each case", wholeNumber(1, 10_000), 20)
		.option(...JSON_OPTION)
		.action(async (options: { runs: number } & Output) => {
			const { benchJoin, joinTable } = await import("./join.ts");
			await report("join", options, async () => {
				const rows = await benchJoin(options, run);
				return { rows, text: joinTable(rows) };
			});
		});
	program
		.command("directory")
		.description("The control plane over a real nats-server: snapshot, spread of a change, cost of standing by.")
		.option("--streams <n>", "streams of the parent", wholeNumber(1, 10_000), 10_000)
		.option("--children <n>", "nodes that follow it", wholeNumber(1, 1_000), 50)
		.option(...JSON_OPTION)
		.action(async (options: { streams: number; children: number } & Output) => {
			const { benchDirectory } = await import("./directory.ts");
			const { table, millis } = await import("./support/table.ts");
			await report("directory", options, async () => {
				note("one parent, its children in a process of their own: about 15 s");
				const rows = await benchDirectory({ ...options, signal });
				const cells = rows.map(({ name, value, unit }) => [name, millis(value), unit]);
				return { rows, text: table(["", "value", "unit"], cells) };
			});
		});
	program
		.command("merge")
		.description("What two feeds of one stream cost a relay over one, and a switch between them.")
		.option("--streams <n>", "streams that are merged", wholeNumber(1, 1_000), 20)
		.option("--seconds <n>", "length of a round", seconds, 10)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 3)
		.option(...JSON_OPTION)
		.action(async (options: { streams: number; seconds: number; rounds: number } & Output) => {
			const { benchMerge, mergeTable } = await import("./merge.ts");
			await report("merge", options, async () => {
				const rows = await benchMerge(options, run);
				return { rows, text: mergeTable(rows) };
			});
		});
	program
		.command("package")
		.description("What packaging one stream of 1.1 Mb/s into CMAF costs: CPU and memory.")
		.option("--streams <n>", "streams whose memory is measured", wholeNumber(1, 1_000), 20)
		.option("--seconds <n>", "media of each stream", seconds, 40)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 5)
		.option(...JSON_OPTION)
		.action(async (options: { streams: number; seconds: number; rounds: number } & Output) => {
			const { benchPackage, packageTable } = await import("./package.ts");
			await report("package", options, async () => {
				const rows = await benchPackage(options, signal);
				return { rows, text: packageTable(rows) };
			});
		});
	addFanoutCommands(program, run);
	return program;
}

function tierList(text: string): readonly Tiers[] {
	const wanted = text.split(",").map(Number);
	const known = TIERS.filter((tiers) => wanted.includes(tiers));
	if (known.length === wanted.length) return known;
	throw new InvalidArgumentError(`Want one or more of ${TIERS.join(", ")}, such as 1,3.`);
}
