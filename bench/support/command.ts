import { type Command, Option } from "commander";
import { seconds, wholeNumber } from "../../cli/arguments.ts";
import { say } from "../../cli/terminal.ts";
import { machineLine, thisMachine } from "./machine.ts";

/** What a bench gives: rows for a program, and the same as a table for a person. */
export type Result = { readonly rows: readonly object[]; readonly text: string };

export type Rounds = { readonly seconds: number; readonly rounds: number };

/** Adds a bench that prints what it gives, under the machine as it was before. */
export const addBench = <O extends object>(
	program: Command,
	bench: string,
	measure: (options: O) => Promise<Result>,
): Command =>
	program
		.command(bench)
		.addOption(new Option("--json", "print one JSON object instead of a table"))
		.action(async (options: O & { json?: true }) => {
			const machine = thisMachine();
			const { rows, text } = await measure(options);
			say(options.json ? JSON.stringify({ bench, machine, rows }) : `${machineLine(machine)}\n\n${text}`);
		});

/** How long something is measured. */
export const span = (what: string, standard: number): Option =>
	new Option("--seconds <n>", what).argParser(seconds).default(standard);

/** How often. */
export const rounds = (standard: number): Option =>
	new Option("--rounds <n>", "number of rounds; the middle one counts")
		.argParser(wholeNumber(1, 100))
		.default(standard);
