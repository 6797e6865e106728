import { say } from "../../cli/terminal.ts";
import { type Machine, machineLine, thisMachine } from "./machine.ts";

/** What every bench may be asked for. */
export type Output = { json?: true };
export const JSON_OPTION = ["--json", "print one JSON object instead of a table"] as const;

/** What a bench gives: rows for a program, and the same as a table for a person. */
export type Result = { readonly rows: readonly object[]; readonly text: string };

/** Runs a bench and prints what it gives, under the machine as it was before. */
export async function report(bench: string, { json }: Output, measure: () => Promise<Result>): Promise<void> {
	const machine: Machine = thisMachine();
	const { rows, text } = await measure();
	say(json ? JSON.stringify({ bench, machine, rows }) : `${machineLine(machine)}\n\n${text}`);
}
