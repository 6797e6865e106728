import { type Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../../cli/arguments.ts";
import { addBench, type Rounds, rounds, span } from "../support/command.ts";
import type { Run } from "../support/run.ts";

/** Loopback's ports to one address, and the files a process may hold open, end not far above. */
const MOST_VIEWERS = 10_000;
const MOST_DELAY_MS = 350;

type Lists = { viewers: readonly number[]; delay: readonly number[] } & Rounds;

/** Adds the benches of many viewers at one edge. */
export function addFanoutCommands(program: Command, run: Run): void {
	const fanout = async (options: Lists, peers: boolean) => {
		const [{ benchFanout }, { fanoutTable }] = await Promise.all([import("./fanout.ts"), import("./fanout-table.ts")]);
		const rows = await benchFanout({ ...options, delays: options.delay, peers }, run);
		return { rows, text: fanoutTable(rows) };
	};
	addBench<Lists>(program, "fanout", (options) => fanout(options, true))
		.description("CPU and memory of an edge per viewer, compared with the kernel's floor and with other servers.")
		.option("--viewers <list>", "numbers of viewers, such as 500,4000", numbers(1, MOST_VIEWERS), [1_000])
		.option(
			"--delay <list>",
			"values of viewers.delayMs, an edge for each, such as 20,100,300",
			numbers(1, MOST_DELAY_MS),
			[20],
		)
		.addOption(span("length of a round", 5))
		.addOption(rounds(5));
	addBench<Lists>(program, "scale", (options) => fanout(options, false))
		.description("CPU of an edge per viewer, for a rising number of viewers.")
		.option(
			"--viewers <list>",
			"numbers of viewers, such as 500,4000",
			numbers(1, MOST_VIEWERS),
			[500, 1_000, 2_000, 4_000],
		)
		.option("--delay <list>", "values of viewers.delayMs, an edge for each", numbers(1, MOST_DELAY_MS), [100])
		.addOption(span("length of a round", 5))
		.addOption(rounds(5));
	addBench<{ viewers: number; slow: number; delay: number; seconds: number }>(program, "slow", async (options) => {
		const { benchSlow, slowTable } = await import("./slow.ts");
		const rows = await benchSlow({ ...options, delayMs: options.delay }, run);
		return { rows, text: slowTable(rows) };
	})
		.description("Delay of healthy viewers, alone and beside slow viewers, and the cost of slow viewers at the edge.")
		.option("--viewers <n>", "healthy viewers", wholeNumber(1, MOST_VIEWERS), 1_000)
		.option(
			"--slow <n>",
			"slow viewers: a quarter reads a byte a second, a quarter half, a quarter nothing, a quarter never acknowledges",
			wholeNumber(1, 5_000),
			1_000,
		)
		.option("--delay <ms>", "viewers.delayMs of the edge", wholeNumber(1, MOST_DELAY_MS), 20)
		.addOption(span("length of each part", 12));
	addBench<{ viewers: number; delay: number; rounds: number }>(program, "join-storm", async (options) => {
		const { benchJoinStorm, joinStormTable } = await import("./join-storm.ts");
		const rows = await benchJoinStorm({ ...options, delayMs: options.delay }, run);
		return { rows, text: joinStormTable(rows) };
	})
		.description("What viewers notice when the audience doubles within a second.")
		.option("--viewers <n>", "viewers at the start; as many join", wholeNumber(1, MOST_VIEWERS / 2), 500)
		.option("--delay <ms>", "viewers.delayMs of the edge", wholeNumber(1, MOST_DELAY_MS), 20)
		.addOption(rounds(5));
}

/** One or more whole numbers with commas between them. */
const numbers =
	(least: number, most: number) =>
	(text: string): readonly number[] => {
		const found = text.split(",").map(Number);
		if (found.every((value) => Number.isInteger(value) && value >= least && value <= most)) return found;
		throw new InvalidArgumentError(`Expected whole numbers from ${least} to ${most}, such as ${least},${most}.`);
	};
