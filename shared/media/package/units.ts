import type { Millis } from "#shared/base/clock";
import type { Ticks } from "#shared/formats/packet";

export const TICKS_PER_MS = 90;
const TICKS_PER_SECOND = 90_000;

/** Ticks since 1970 in units of a track's timescale. Whole seconds apart: their product with a sample rate stays a safe integer. */
export function toUnits(ticks: Ticks, timescale: number): number {
	const seconds = Math.floor(ticks / TICKS_PER_SECOND);
	return seconds * timescale + Math.round(((ticks % TICKS_PER_SECOND) * timescale) / TICKS_PER_SECOND);
}

/** Units of a track's timescale since 1970 in ticks. */
export function toTicks(units: number, timescale: number): Ticks {
	const seconds = Math.floor(units / timescale);
	return seconds * TICKS_PER_SECOND + Math.round(((units % timescale) * TICKS_PER_SECOND) / timescale);
}

/** A span in a track's timescale. */
export const unitsOf = (span: Millis, timescale: number): number => Math.floor((span * timescale) / 1000);
