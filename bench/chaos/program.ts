import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { wholeNumber } from "../../cli/arguments.ts";
import { note, say } from "../../cli/terminal.ts";
import { commandLine, FAILED } from "../support/command-line.ts";
import { type Machine, machineLine, thisMachine } from "../support/machine.ts";
import type { Manner } from "./act.ts";
import { containersOf, containersSection, withoutContainers } from "./compose/document.ts";
import { composeMatrix, playableHere } from "./compose/play.ts";
import { composeScenarios } from "./compose/scenarios/index.ts";
import { Matrix } from "./matrix.ts";
import { headLine, resultLines } from "./report/columns.ts";
import { chaosDocument } from "./report/document.ts";
import { type Result, resultOf } from "./report/result.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Outcome } from "./verdict.ts";

/** From the folder the bench is run in, which npm makes the project's. */
const DOCUMENT = "docs/chaos.md";

type Options = {
	compose?: true;
	only?: readonly string[];
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
export const runProgram = (args: readonly string[]): Promise<number> =>
	commandLine((signal) => run(createProgram().parse(args, { from: "user" }), signal));

const createProgram = (): Command =>
	new Command("chaos")
		.description("Breaks a mesh of real processes in many ways, while viewers count their frames.")
		.option("--compose", "break the containers of docker-compose.yml instead, the same containers in all scenarios")
		.option("--only <names>", "play only these scenarios, such as kill-origin,kill-nats", (text) => text.split(","))
		.option(
			"--runs <n>",
			"how often each scenario is played; waits become the 95th percentile",
			wholeNumber(1, 1_000),
			1,
		)
		.option("--seed <n>", "seed of the random faults", wholeNumber(0, 2 ** 32 - 1), 1)
		.option("--list", "list the scenarios")
		.option("--json", "print one JSON object per scenario instead of a table")
		.option("--quick", "watch for a shorter time; a frozen process stays frozen")
		.option("--reuse", "play scenarios of one kind on one mesh, which is repaired between them")
		.option("--strict", "fail also when a viewer waited too long for a frame")
		.option("--write", `write the table to ${DOCUMENT}`)
		.showSuggestionAfterError()
		.exitOverride();

/** The scenarios of these names; all where there are none. */
function chosen(program: Command, all: readonly Scenario[], names: readonly string[] | undefined): readonly Scenario[] {
	const stranger = names?.find((name) => all.every((scenario) => scenario.name !== name));
	if (stranger !== undefined) program.error(`error: there is no ${stranger}; --list tells which there are`);
	return names ? names.flatMap((name) => all.filter((scenario) => scenario.name === name)) : all;
}

async function run(program: Command, signal: AbortSignal): Promise<number> {
	const options = program.opts<Options>();
	const { compose = false, list, json, only } = options;
	const all = compose ? composeScenarios : scenarios;
	if (list) {
		const width = Math.max(...all.map(({ name }) => name.length));
		for (const { name, about } of all) say(`${name.padEnd(width)}  ${about}`);
		return 0;
	}
	chosen(program, all, only);
	const here = compose ? await playableHere() : { scenarios, leftOut: undefined };
	if (here.leftOut !== undefined) note(here.leftOut);
	const machine = thisMachine();
	if (!json) say(`${machineLine(machine)}\n\n${headLine()}`);
	let playableMs = 0;
	await using matrix = compose
		? composeMatrix((ms) => {
				playableMs = ms;
				note(`the containers play at every edge ${(ms / 1000).toFixed(1)} s after up`);
			})
		: new Matrix({ reuses: options.reuse === true });
	const results = await playAll(matrix, chosen(program, here.scenarios, only), options, signal);
	if (options.write && !only) writePage(compose, { machine, scenarios: here.scenarios, results, playableMs });
	const isBad = ({ verdict }: Result): boolean => verdict === "fail" || (options.strict === true && verdict === "late");
	return results.some(isBad) ? FAILED : 0;
}

type Played = {
	readonly machine: Machine;
	readonly scenarios: readonly Scenario[];
	readonly results: readonly Result[];
	readonly playableMs: number;
};

/** The page has two parts; what was not played stays as it is. */
function writePage(compose: boolean, played: Played): void {
	const page = readFileSync(DOCUMENT, "utf8");
	const rest = compose ? withoutContainers(page) : chaosDocument(played);
	writeFileSync(DOCUMENT, `${rest}${compose ? containersSection(played) : containersOf(page)}`);
}

async function playAll(
	matrix: Matrix,
	played: readonly Scenario[],
	options: Options,
	signal: AbortSignal,
): Promise<readonly Result[]> {
	const manner: Manner = { quick: options.quick === true, seed: options.seed, signal };
	const results: Result[] = [];
	for (const scenario of played) {
		const outcomes: Outcome[] = [];
		for (let run = 0; run < options.runs; run++) outcomes.push(await matrix.play(scenario, manner));
		const result = resultOf(scenario, outcomes);
		results.push(result);
		say(options.json ? JSON.stringify(result) : resultLines(result));
	}
	return results;
}
