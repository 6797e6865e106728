import type { Result } from "./result.ts";

type Column = { readonly head: string; readonly width: number; of(result: Result): string };

const orDash = (value: number | null): string => (value === null ? "-" : `${value}`);

/** What stands in a line of the table, from left to right. */
const COLUMNS: readonly Column[] = [
	{ head: "scenario", width: 28, of: ({ scenario }) => scenario },
	{ head: "verdict", width: 7, of: ({ verdict }) => verdict },
	{ head: "lost", width: 5, of: ({ lost }) => `${lost}` },
	{ head: "twice", width: 5, of: ({ dup }) => `${dup}` },
	{ head: "back", width: 5, of: ({ back }) => `${back}` },
	{ head: "headers", width: 7, of: ({ headers }) => `${headers}` },
	{ head: "before", width: 6, of: ({ baselineMs }) => `${baselineMs}` },
	{ head: "stall", width: 6, of: ({ stallMs }) => `${stallMs}` },
	{ head: "at", width: 6, of: ({ stallAtMs }) => `${stallAtMs}` },
	{ head: "limit", width: 6, of: ({ stallLimitMs }) => `${stallLimitMs}` },
	{ head: "jump", width: 6, of: ({ jumpMs }) => `${jumpMs}` },
	{ head: "switches", width: 8, of: ({ switches }) => `${switches}` },
	{ head: "detect", width: 6, of: ({ detectMs }) => orDash(detectMs) },
];

const aligned = (cells: readonly string[]): string =>
	COLUMNS.map(({ width }, place) => {
		const cell = cells[place] ?? "";
		return place < 2 ? cell.padEnd(width) : cell.padStart(width);
	}).join("  ");

/** The head of the table. */
export const headLine = (): string => aligned(COLUMNS.map(({ head }) => head));

/** One scenario's line of the table; below it what is wrong, and what was measured besides. */
export const resultLines = (result: Result): string =>
	[
		aligned(COLUMNS.map((column) => column.of(result))),
		...[...result.why, ...result.remarks].map((what) => `    ${what}`),
	].join("\n");

/** The table in Markdown. */
export function markdownTable(results: readonly Result[]): string {
	const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	const rule = COLUMNS.map((_, place) => (place < 2 ? "---" : "---:"));
	const rows = results.map((result) => COLUMNS.map((column) => column.of(result)));
	return [COLUMNS.map(({ head }) => head), rule, ...rows].map(row).join("\n");
}
