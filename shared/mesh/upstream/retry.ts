import type { Millis } from "#shared/base/clock";

/** A server of a lost group is tried this often before the next server of the group. */
const TRIES_PER_SERVER = 3;

const FIRST_MS = 100;
const MOST_MS = 5_000;

/** The round of a server that failed this often in a row. In its group the server with the lowest round is next. */
export const roundOf = (tries: number): number => Math.floor(tries / TRIES_PER_SERVER);

/** Capped exponential backoff with equal jitter, so that children of one parent do not dial again in step. `attempt` counts from 0. */
export const backoff = (attempt: number, random: () => number = Math.random): Millis =>
	Math.min(FIRST_MS * 2 ** attempt, MOST_MS) * (0.5 + random() / 2);
