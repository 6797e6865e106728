import { parseArgs } from "node:util";
import { type Find, heapMegabytes, tryInput } from "./fuzz.ts";
import type { ProcessTarget } from "./process/process-target.ts";
import { processTargets, runProcessTarget } from "./process/run.ts";
import type { FuzzTarget } from "./target.ts";
import { targets } from "./targets/index.ts";
import { startWatchdog } from "./watchdog.ts";

const USAGE = "usage: npm run fuzz -- [--seconds 60] [--seed N] [--only TARGET] [--at INPUT]";
/** Code that has been compiled and caches that have been filled are not a leak. */
const WARM_UP_INPUTS = 2000;
/** What may be left behind by any number of inputs: garbage that collections in a row leave differs by a few megabytes. */
const MAX_GROWTH_MEGABYTES = 20;
/** Inputs between two looks at the clock. */
const ROUND = 50;

type Row = {
	target: string;
	inputs: number;
	finds: number;
	"inputs/s": number;
	"MB before": number;
	"MB after": number;
};

function readOptions() {
	const { values } = parseArgs({
		options: {
			seconds: { type: "string" },
			seed: { type: "string" },
			only: { type: "string" },
			at: { type: "string" },
		},
	});
	const whole = (text: string | undefined, fallback: number): number => {
		if (text === undefined) return fallback;
		if (!/^\d{1,9}$/.test(text)) throw new Error(`expected a whole number, got "${text}"`);
		return Number(text);
	};
	const isChosen = ({ name }: { name: string }): boolean => values.only === undefined || name === values.only;
	const chosen = targets.filter(isChosen);
	const chosenProcesses = processTargets.filter(isChosen);
	if (chosen.length + chosenProcesses.length === 0) {
		const names = [...targets, ...processTargets].map(({ name }) => name);
		throw new Error(`no target "${values.only}", expected one of ${names.join(", ")}`);
	}
	return {
		seconds: whole(values.seconds, 60),
		seed: whole(values.seed, Date.now() % 1_000_000_000),
		at: values.at === undefined ? undefined : whole(values.at, 0),
		chosen,
		chosenProcesses,
	};
}

function report({ target, index, input, problem }: Find, seed: number): void {
	process.stderr.write(
		`find: ${target}, again with --seed ${seed} --only ${target} --at ${index}\n${problem}\ninput of ${input.length} bytes: ${input.toString("hex")}\n`,
	);
}

/** Inputs for one target until the time is over or a find is made. */
function runTarget(
	target: FuzzTarget,
	seed: number,
	milliseconds: number,
	working: (index: number) => void,
): { row: Row; find?: Find } {
	let index = 0;
	let find: Find | undefined;
	const runRound = () => {
		for (const end = index + ROUND; index < end && !find; index++) {
			working(index);
			find = tryInput(target, seed, index);
		}
	};
	const begun = performance.now();
	while (index < WARM_UP_INPUTS && !find) runRound();
	const before = heapMegabytes();
	while (performance.now() - begun < milliseconds && !find) runRound();
	const after = heapMegabytes();
	const row = {
		target: target.name,
		inputs: index,
		finds: find ? 1 : 0,
		"inputs/s": Math.round((index / (performance.now() - begun)) * 1000),
		"MB before": Number(before.toFixed(1)),
		"MB after": Number(after.toFixed(1)),
	};
	return find ? { row, find } : { row };
}

function printTable(rows: readonly Row[]): void {
	const headings = ["target", "inputs", "finds", "inputs/s", "MB before", "MB after"] as const;
	const lines = [headings.map(String), ...rows.map((row) => headings.map((heading) => String(row[heading])))];
	const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
	for (const line of lines) {
		const cells = line.map((cell, column) =>
			column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
		);
		process.stdout.write(`${cells.join("  ")}\n`);
	}
	process.stdout.write(`${rows.reduce((sum, { inputs }) => sum + inputs, 0)} inputs\n`);
}

/** One input again, as a find names it. */
function runAgain(target: FuzzTarget, seed: number, index: number): boolean {
	const find = tryInput(target, seed, index);
	if (find) report(find, seed);
	else process.stdout.write(`${target.name} keeps its promises for input ${index}\n`);
	return find === undefined;
}

async function main(): Promise<number> {
	const { seconds, seed, at, chosen, chosenProcesses } = readOptions();
	const milliseconds = (seconds * 1000) / (chosen.length + chosenProcesses.length);
	process.stdout.write(`seed ${seed}\n`);
	const isSound = await runParsers(chosen, { seed, at, milliseconds });
	return isSound && (await runMeshes(chosenProcesses, { seed, at, milliseconds })) ? 0 : 1;
}

type Run = { seed: number; at: number | undefined; milliseconds: number };

async function runParsers(chosen: readonly FuzzTarget[], { seed, at, milliseconds }: Run): Promise<boolean> {
	await using watchdog = startWatchdog(
		chosen.map(({ name }) => name),
		seed,
	);
	const rows: Row[] = [];
	let isSound = true;
	for (const [number, target] of chosen.entries()) {
		const working = (index: number) => watchdog.working(number, index);
		if (at !== undefined) {
			working(at);
			isSound &&= runAgain(target, seed, at);
			continue;
		}
		const { row, find } = runTarget(target, seed, milliseconds, working);
		rows.push(row);
		isSound = !find && !hasGrown(row);
		if (find) report(find, seed);
		if (!isSound) break;
	}
	if (rows.length > 0) printTable(rows);
	return isSound;
}

/** Each target has a mesh of its own, so that one's find does not keep the others from theirs. */
async function runMeshes(chosen: readonly ProcessTarget[], { seed, at, milliseconds }: Run): Promise<boolean> {
	let isSound = true;
	for (const target of chosen) {
		const { inputs, rounds, problems } = await runProcessTarget(target, seed, { milliseconds, at });
		process.stdout.write(`${target.name}: ${inputs} inputs in ${rounds} rounds\n`);
		for (const problem of problems) {
			process.stderr.write(
				`find: ${target.name}, again with --seed ${seed} --only ${target.name} (--at ROUND for one alone)\n${problem}\n`,
			);
		}
		isSound &&= problems.length === 0;
	}
	return isSound;
}

function hasGrown(row: Row): boolean {
	const grown = row["MB after"] - row["MB before"];
	if (grown <= MAX_GROWTH_MEGABYTES) return false;
	process.stderr.write(`find: ${row.target} left ${grown.toFixed(1)} MB behind\n`);
	return true;
}

try {
	process.exitCode = await main();
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
	process.exitCode = 2;
}
