/** Where a family of series begins in Prometheus' text format: its help line stands first. */
const FAMILY = /^(?=# HELP )/m;

/**
 * Several processes' metrics as one text: each family once, with the series of all. The series are told apart by their own
 * labels.
 */
export function mergeMetrics(texts: readonly string[]): string {
	const families = new Map<string, string[]>();
	for (const block of texts.flatMap((text) => text.split(FAMILY))) {
		const lines = block.split("\n").filter((line) => line !== "");
		const head = lines.filter((line) => line.startsWith("#")).join("\n");
		const series = lines.filter((line) => !line.startsWith("#"));
		families.set(head, [...(families.get(head) ?? []), ...series]);
	}
	return [...families].map(([head, series]) => `${[head, ...series].join("\n")}\n`).join("\n");
}
