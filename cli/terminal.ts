/** Returns to the start of the line and clears it. */
const CLEAR_LINE = "\r\u001b[2K";

let isProgressShown = false;

// The reader of our output may stop early (`| head`). The rest of the output is then dropped.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

function clearProgress(): void {
	if (isProgressShown) process.stderr.write(CLEAR_LINE);
	isProgressShown = false;
}

/** A result: lines on stdout. */
export function say(text: string): void {
	clearProgress();
	process.stdout.write(`${text}\n`);
}

/** Notes for a person beside the result: lines on stderr. */
export function note(text: string): void {
	clearProgress();
	process.stderr.write(`${text}\n`);
}

/** A line that the next one replaces, for a person who watches. Nothing if stderr is not a terminal. */
export function progress(text: string): void {
	if (process.stderr.isTTY !== true) return;
	process.stderr.write(`${CLEAR_LINE}${text}`);
	isProgressShown = true;
}

/** Rows as aligned columns under a head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const all = [head, ...rows];
	const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
	const line = (row: readonly string[]): string =>
		row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
	return all.map((row) => line(row).trimEnd()).join("\n");
}
