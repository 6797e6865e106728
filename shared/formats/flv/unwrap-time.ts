/**
 * The wire's 32-bit time as the unwrapped time nearest to `previous`, which may lie before or behind it.
 * Without a previous one it is the wire's own.
 */
export const unwrapTime = (previous: number | undefined, wire: number): number =>
	previous === undefined ? wire : previous + ((wire - previous) | 0);
