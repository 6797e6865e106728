import { type Command, InvalidArgumentError } from "commander";
import { seconds, wholeNumber } from "../../cli/arguments.ts";
import { JSON_OPTION, type Output, report } from "../support/report.ts";
import type { Run } from "../support/run.ts";

/** Loopback's ports to one address, and the files a process may hold open, end not far above. */
const MOST_VIEWERS = 10_000;
const MOST_DELAY_MS = 350;

type Rounds = { seconds: number; rounds: number } & Output;

/** Adds the benches of many viewers at one edge. */
export function addFanoutCommands(program: Command, run: Run): void {
	program
		.command("fanout")
		.description("CPU and memory of an edge for each viewer, beside the kernel's floor and other servers.")
		.option("--viewers <list>", "viewers, such as 500,4000", numbers(1, MOST_VIEWERS), [1_000])
		.option("--delay <list>", "delays of edges in ms, such as 20,100,300", numbers(1, MOST_DELAY_MS), [20])
		.option("--seconds <n>", "length of a round", seconds, 5)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 5)
		.option(...JSON_OPTION)
		.action(async (options: { viewers: readonly number[]; delay: readonly number[] } & Rounds) => {
			await fanout("fanout", { ...options, peers: true }, run);
		});
	program
		.command("scale")
		.description("CPU of an edge for each viewer as they get more.")
		.option("--viewers <list>", "viewers, such as 500,4000", numbers(1, MOST_VIEWERS), [500, 1_000, 2_000, 4_000])
		.option("--delay <list>", "delays of edges in ms", numbers(1, MOST_DELAY_MS), [100])
		.option("--seconds <n>", "length of a round", seconds, 5)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 5)
		.option(...JSON_OPTION)
		.action(async (options: { viewers: readonly number[]; delay: readonly number[] } & Rounds) => {
			await fanout("scale", { ...options, peers: false }, run);
		});
	program
		.command("slow")
		.description("Delay of healthy viewers alone and beside slow ones, and what slow ones cost the edge.")
		.option("--viewers <n>", "healthy viewers", wholeNumber(1, MOST_VIEWERS), 1_000)
		.option(
			"--slow <n>",
			"viewers who read a byte a second, half, or nothing, or never acknowledge",
			wholeNumber(1, 5_000),
			1_000,
		)
		.option("--delay <ms>", "delay of the edge", wholeNumber(1, MOST_DELAY_MS), 20)
		.option("--seconds <n>", "length of each part", seconds, 12)
		.option(...JSON_OPTION)
		.action(async (options: { viewers: number; slow: number; delay: number; seconds: number } & Output) => {
			const { benchSlow, slowTable } = await import("./slow.ts");
			await report("slow", options, async () => {
				const rows = await benchSlow({ ...options, delayMs: options.delay }, run);
				return { rows, text: slowTable(rows) };
			});
		});
	program
		.command("join-storm")
		.description("What viewers notice when as many again come within a second.")
		.option("--viewers <n>", "viewers before, and those who come", wholeNumber(1, MOST_VIEWERS / 2), 500)
		.option("--delay <ms>", "delay of the edge", wholeNumber(1, MOST_DELAY_MS), 20)
		.option("--rounds <n>", "rounds; the middle one counts", wholeNumber(1, 100), 5)
		.option(...JSON_OPTION)
		.action(async (options: { viewers: number; delay: number; rounds: number } & Output) => {
			const { benchJoinStorm, joinStormTable } = await import("./join-storm.ts");
			await report("join-storm", options, async () => {
				const rows = await benchJoinStorm({ ...options, delayMs: options.delay }, run);
				return { rows, text: joinStormTable(rows) };
			});
		});
}

async function fanout(
	bench: string,
	options: { viewers: readonly number[]; delay: readonly number[]; peers: boolean } & Rounds,
	run: Run,
): Promise<void> {
	const [{ benchFanout }, { fanoutTable }] = await Promise.all([import("./fanout.ts"), import("./fanout-table.ts")]);
	await report(bench, options, async () => {
		const rows = await benchFanout({ ...options, delays: options.delay }, run);
		return { rows, text: fanoutTable(rows) };
	});
}

/** One or more whole numbers with commas between them. */
const numbers =
	(least: number, most: number) =>
	(text: string): readonly number[] => {
		const found = text.split(",").map(Number);
		if (found.every((value) => Number.isInteger(value) && value >= least && value <= most)) return found;
		throw new InvalidArgumentError(`Want whole numbers from ${least} to ${most}, such as ${least},${most}.`);
	};
