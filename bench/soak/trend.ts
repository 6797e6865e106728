/** A straight line through points. */
export type Trend = {
	/** Per unit of `x`. */
	readonly slope: number;
	/** How far `slope` may be off by chance: its standard error. */
	readonly error: number;
	/** What the line rises by from the first point to the last. */
	readonly growth: number;
};

export type Point = { readonly x: number; readonly y: number };

/** The line for which the squares of the distances are least; undefined for fewer than three points or none apart. */
export function trendOf(points: readonly Point[]): Trend | undefined {
	const count = points.length;
	const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / count;
	const [middle, level] = [mean(({ x }) => x), mean(({ y }) => y)];
	const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
	if (count < 3 || spread === 0) return undefined;
	const slope = points.reduce((sum, { x, y }) => sum + (x - middle) * (y - level), 0) / spread;
	const rest = points.reduce((sum, { x, y }) => sum + (y - level - slope * (x - middle)) ** 2, 0);
	const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
	return { slope, error: Math.sqrt(rest / (count - 2) / spread), growth: slope * span };
}
