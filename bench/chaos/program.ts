import { setMaxListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { MeshError } from "#shared/errors";
import { wholeNumber } from "../../cli/arguments.ts";
import { stopSignal } from "../../cli/stop-signal.ts";
import { note, say } from "../../cli/terminal.ts";
import { machineLine, thisMachine } from "../support/machine.ts";
import type { Manner } from "./act.ts";
import { Matrix } from "./matrix.ts";
import { headLine, resultLines } from "./report/columns.ts";
import { chaosDocument } from "./report/document.ts";
import { type Result, resultOf } from "./report/result.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Outcome } from "./verdict.ts";

const FAILED = 1;
const WRONG_USAGE = 2;
/** Ended by Ctrl-C, as shells say it. */
const INTERRUPTED = 130;
/** From the folder the bench is run in, which npm makes the project's. */
const DOCUMENT = "docs/chaos.md";

type Options = {
	only?: readonly Scenario[];
	runs: number;
	seed: number;
	json?: true;
	list?: true;
	quick?: true;
	reuse?: true;
	strict?: true;
	write?: true;
};

/** Runs one command line to its end; the exit status: 0 all well, 1 a frame was lost, twice or out of order, 2 wrong usage. */
export async function runProgram(args: readonly string[]): Promise<number> {
	const signal = stopSignal();
	// Everything that waits for something listens to it.
	setMaxListeners(0, signal);
	try {
		const program = createProgram();
		program.parse(args, { from: "user" });
		return await run(program.opts<Options>(), signal);
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
		if (signal.aborted) return INTERRUPTED;
		note(error instanceof MeshError ? error.message : error instanceof Error ? (error.stack ?? "") : String(error));
		return FAILED;
	}
}

const createProgram = (): Command =>
	new Command("chaos")
		.description("Breaks a mesh of real processes in every way there is, while viewers count their frames.")
		.option("--only <names>", "play these scenarios, such as kill-origin,kill-nats", namedScenarios)
		.option("--runs <n>", "how often each is played; waits are the 95th percentile", wholeNumber(1, 1_000), 1)
		.option("--seed <n>", "seed of the random faults", wholeNumber(0, 2 ** 32 - 1), 1)
		.option("--list", "tell which scenarios there are")
		.option("--json", "print one JSON object a scenario instead of a table")
		.option("--quick", "watch for a shorter time; what is frozen stays so")
		.option("--reuse", "play scenarios of one kind on one mesh, which is made whole between them")
		.option("--strict", "fail also where a frame was waited for too long")
		.option("--write", `write the table to ${DOCUMENT}`)
		.showSuggestionAfterError()
		.exitOverride();

function namedScenarios(text: string): readonly Scenario[] {
	return text.split(",").map((name) => {
		const found = scenarios.find((scenario) => scenario.name === name);
		if (!found) throw new InvalidArgumentError(`There is no ${name}; --list tells which there are.`);
		return found;
	});
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
	if (options.list) {
		for (const { name, about } of scenarios) say(`${name.padEnd(24)}  ${about}`);
		return 0;
	}
	const machine = thisMachine();
	if (!options.json) say(`${machineLine(machine)}\n\n${headLine()}`);
	const results = await playAll(options, signal);
	if (options.write && !options.only) writeFileSync(DOCUMENT, chaosDocument({ machine, scenarios, results }));
	const isBad = ({ verdict }: Result): boolean => verdict === "fail" || (options.strict === true && verdict === "late");
	return results.some(isBad) ? FAILED : 0;
}

async function playAll(options: Options, signal: AbortSignal): Promise<readonly Result[]> {
	const manner: Manner = { quick: options.quick === true, seed: options.seed, signal };
	const results: Result[] = [];
	await using matrix = new Matrix({ reuses: options.reuse === true });
	for (const scenario of options.only ?? scenarios) {
		const outcomes: Outcome[] = [];
		for (let run = 0; run < options.runs; run++) outcomes.push(await matrix.play(scenario, manner));
		const result = resultOf(scenario, outcomes);
		results.push(result);
		say(options.json ? JSON.stringify(result) : resultLines(result));
	}
	return results;
}
