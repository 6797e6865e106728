import { Command, InvalidArgumentError } from "commander";
import { seconds, wholeNumber } from "../../cli/arguments.ts";
import { note, say } from "../../cli/terminal.ts";
import { commandLine, FAILED } from "../support/command-line.ts";
import { machineLine, thisMachine } from "../support/machine.ts";
import { minuteText, resultText } from "./report.ts";
import { type SoakOptions, soak } from "./soak.ts";
import { SoakMesh } from "./soak-mesh.ts";

/** Below it there are too few looks at a process to say anything. */
const LEAST_MINUTES = 2;

type Options = SoakOptions & { json?: true };

/** Runs one command line to its end; the exit status: 0 all well, 1 something was lost or leaks, 2 wrong usage. */
export const runProgram = (args: readonly string[]): Promise<number> =>
	commandLine((signal) => run(createProgram().parse(args, { from: "user" }).opts<Options>(), signal));

const createProgram = (): Command =>
	new Command("soak")
		.description(
			"Runs a mesh of real processes for a long time, breaks it again and again, and watches the memory of each process.",
		)
		.option("--minutes <n>", "length of the run", minutes, 30)
		.option("--streams <n>", "number of streams, each with one viewer", wholeNumber(1, 200), 20)
		.option("--every <seconds>", "time from one fault to the next", seconds, 20)
		.option("--seed <n>", "seed of the random faults", wholeNumber(0, 2 ** 32 - 1), 1)
		.option("--json", "print JSON, one object per line: faults, minutes, the result")
		.showSuggestionAfterError()
		.exitOverride();

function minutes(text: string): number {
	const value = seconds(text);
	if (value < LEAST_MINUTES) throw new InvalidArgumentError(`Expected at least ${LEAST_MINUTES} minutes.`);
	return value;
}

async function run({ json, ...options }: Options, signal: AbortSignal): Promise<number> {
	const machine = thisMachine();
	const tell = (event: string, about: object, text: string): void =>
		say(json ? JSON.stringify({ event, ...about }) : text);
	tell("start", { machine, ...options }, `${machineLine(machine)}\n`);
	const startedAt = Date.now();
	await using mesh = await SoakMesh.open(options.streams, signal);
	const result = await soak(
		mesh,
		options,
		{
			onFault: (what, awayMs) => {
				const after = Math.round((Date.now() - startedAt) / 1_000);
				tell("fault", { what, awayMs, after }, `${after} s: ${what}, for ${(awayMs / 1_000).toFixed(1)} s`);
			},
			onPhase: note,
			onMinute: (minute) => tell("minute", minute, minuteText(minute)),
		},
		signal,
	);
	tell("result", result, `\n${resultText(result)}`);
	return result.complaints.length > 0 ? FAILED : 0;
}
