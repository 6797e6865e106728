import type { Millis } from "#shared/base/clock";

/** A server of a lost group is tried this often before the group's next one is. */
const TRIES_PER_SERVER = 3;

const FIRST_MS = 100;
const MOST_MS = 5_000;

/** Which round of its group a server is in that failed so often in a row: the server in the lowest round has its turn. */
export const roundOf = (tries: number): number => Math.floor(tries / TRIES_PER_SERVER);

/** Capped exponential backoff with equal jitter, so that children of one parent do not redial in step. `attempt` counts from 0. */
export const backoff = (attempt: number, random: () => number = Math.random): Millis =>
	Math.min(FIRST_MS * 2 ** attempt, MOST_MS) * (0.5 + random() / 2);
