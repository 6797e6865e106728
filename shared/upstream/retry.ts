import type { Millis } from "#shared/clock";

/** A server is tried this often before the other one of its group is. */
export const TRIES_PER_SERVER = 3;

const FIRST_MS = 100;
const MOST_MS = 5_000;

/** Which of a group's servers a try goes to: its first three to the primary, the next three to the secondary, and so on. */
export const serverOfTry = (attempt: number, servers: number): number =>
	Math.floor(attempt / TRIES_PER_SERVER) % servers;

/** Capped exponential backoff with equal jitter, so that children of one parent do not redial in step. `attempt` counts from 0. */
export const backoff = (attempt: number, random: () => number = Math.random): Millis =>
	Math.min(FIRST_MS * 2 ** attempt, MOST_MS) * (0.5 + random() / 2);
