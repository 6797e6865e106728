import type { Millis } from "#shared/base/clock";
import type { Ticks } from "#shared/formats/packet";

/** Of one millisecond. */
export const TICKS_PER_MS = 90;

/** Counted from here, numbers fit into 31 bits for a generation: some players of DASH keep `$Number$` in such an integer. */
const EPOCH_MS = Date.UTC(2020, 0, 1);

/**
 * A stream's first number counts half seconds since then. Segments are no shorter than a second but at a discontinuity, so
 * numbers rise at most half as fast as this count: a restarted origin begins above all it gave before, whatever length its
 * segments have or had and however fast the encoder's clock runs.
 */
const FIRST_NUMBER_MS: Millis = 500;

/** A moment of the calendar (milliseconds since 1970) in ticks. */
export const ticksOf = (utcMs: number): Ticks => Math.round(utcMs * TICKS_PER_MS);

/** The number of a stream's first segment. */
export const firstNumber = (begin: Ticks): number =>
	Math.max(Math.floor((begin / TICKS_PER_MS - EPOCH_MS) / FIRST_NUMBER_MS), 0);
