/** The start of a family of series in Prometheus' text format is its help line. */
const FAMILY = /^(?=# HELP )/m;

/**
 * The metrics of several processes as one text. It has each family once, with the series of all. Their labels tell the series apart.
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
