/** The value of a counter or gauge in what `/metrics` shows now, summed over all that carry these labels; 0 where there is none. */
export async function metric(
	http: string,
	name: string,
	labels: Readonly<Record<string, string>> = {},
): Promise<number> {
	const response = await fetch(`${http}/metrics`);
	const lines = (await response.text()).split("\n").filter((line) => line.startsWith(`${name}{`));
	const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
	return lines
		.filter((line) => wanted.every((label) => line.includes(label)))
		.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
