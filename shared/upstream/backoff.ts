import type { Millis } from "#shared/clock";

const FIRST_MS = 250;
const MOST_MS = 5_000;

/** Capped exponential backoff with equal jitter, so that children of one parent do not redial in step. `attempt` counts from 0. */
export const backoff = (attempt: number, random: () => number = Math.random): Millis =>
	Math.min(FIRST_MS * 2 ** attempt, MOST_MS) * (0.5 + random() / 2);
