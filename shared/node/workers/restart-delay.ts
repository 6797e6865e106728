import type { Millis } from "#shared/base/clock";

const FIRST_MS: Millis = 1_000;
/** The repair of the cause may take hours. After it, half a minute more does not matter. */
const LONGEST_MS: Millis = 30_000;

/** A process that has run for this long did not die of its start. */
export const SOUND_AFTER_MS: Millis = 60_000;

/** The delay before the restart of a process that died `quickDeaths` times in a row, including the last time. */
export const restartDelay = (quickDeaths: number): Millis => Math.min(FIRST_MS * 2 ** (quickDeaths - 1), LONGEST_MS);
