import type { Millis } from "#shared/base/clock";

const FIRST_MS: Millis = 1_000;
/** What keeps it from running may take hours to mend; when it is mended, half a minute more does not matter. */
const LONGEST_MS: Millis = 30_000;

/** A process that has worked this long did not die of its start. */
export const SOUND_AFTER_MS: Millis = 60_000;

/** How long to wait before a process is started again that died `quickDeaths` times in a row, the last one included. */
export const restartDelay = (quickDeaths: number): Millis => Math.min(FIRST_MS * 2 ** (quickDeaths - 1), LONGEST_MS);
