/** PTS, DTS and the base of the PCR count 1/90,000 s in 33 bits (ISO/IEC 13818-1 §2.4.2.2, §2.4.3.7). */
const TICKS_PER_MS = 90;
const WRAP = 2 ** 33;

/** Milliseconds as ticks; not wrapped, so that they can be compared. */
export const ticks = (ms: number): number => ms * TICKS_PER_MS;

/** What is left of a count of ticks in the 33 bits of the wire. */
export const wrapped = (count: number): number => ((count % WRAP) + WRAP) % WRAP;
