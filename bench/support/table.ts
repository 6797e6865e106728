import type { Spread } from "./percentiles.ts";

/** Rows under a head, aligned: the first column to the left, the others, which hold numbers, to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const all = [head, ...rows];
	const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
	const cell = (text: string, column: number): string => {
		const width = widths[column] ?? 0;
		return column === 0 ? text.padEnd(width) : text.padStart(width);
	};
	return all.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

/** Milliseconds with as many digits as mean anything; a dash where there is no number. */
export function millis(value: number): string {
	if (!Number.isFinite(value)) return "-";
	return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** The median of several rounds, and in brackets how far they were apart. */
export const spread = ({ median, least, most }: Spread): string =>
	`${millis(median)} (${millis(least)}–${millis(most)})`;
