/** The smallest value that at least `share` (0 to 1) of all values do not exceed; NaN where there are none. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const rank = Math.max(1, Math.ceil(sorted.length * share));
	return sorted[rank - 1] ?? Number.NaN;
}

/** One figure measured several times. */
export type Spread = { readonly median: number; readonly least: number; readonly most: number };

/** Several rounds' results as one figure; the lower middle one where their number is even. */
export function spreadOf(values: readonly number[]): Spread {
	return { median: percentile(values, 0.5), least: percentile(values, 0), most: percentile(values, 1) };
}
