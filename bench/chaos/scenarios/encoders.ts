import { type Millis, systemClock } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import type { Encoders, Feed } from "../stage/encoders.ts";
import { GOP_MS, HOT, IDLE_MS, type StagePlan } from "../stage/plan.ts";

const AWAY_MS: Millis = 2_000;
const WATCHED_MS: Millis = 6_000;
/** Longer than an origin waits for its publisher: the next one begins a stream of its own. */
const FORGOTTEN_MS: Millis = 7_000;
/** Until relays have another encoder's feed beside the one on air. */
const NOTICED_MS: Millis = 3_000;
/** Once somebody publishes again, a viewer has the picture within this time. */
const RETURN_STALL_MS: Millis = 1_000;
/** Clocks of encoders that have run for a while: a quarter of an hour, some hours. */
const CLOCK_MS: Millis = 1_000_000;
const FAR_CLOCK_MS: Millis = 10_000_000;

const FED: StagePlan = { ...HOT, links: "encoders" };

/** The encoders of a stage whose plan has links to them. */
export function encodersOf({ stage }: Act): Encoders {
	if (!stage.encoders) throw new StartError("this scenario is for a stage with encoders of its own");
	return stage.encoders;
}

/** The one encoder of both origins is killed, and another one starts after a while. */
async function replace(act: Act, feed: Omit<Feed, "at">): Promise<void> {
	const encoders = encodersOf(act);
	const at = act.stage.tier("origin").map(({ id }) => id);
	act.fault("kill the encoder");
	const since = systemClock.now();
	encoders.kill(at[0] ?? "");
	await act.pause(AWAY_MS);
	for (const viewer of act.viewers) viewer.forget();
	await encoders.start({ ...feed, at });
	act.unfedMs = Math.max(act.unfedMs, systemClock.now() - since);
	await act.observe(WATCHED_MS);
}

function restartClock(act: Act, origin: string): void {
	act.fault(`the clock starts over at ${origin}`);
	encodersOf(act).restartClock(origin);
}

/** Encoders that come back otherwise than they went. */
export const encoders: readonly Scenario[] = [
	{
		name: "file-again",
		about: `the encoder of both origins is killed, and plays the same file from its begin ${AWAY_MS / 1000} s later; twice`,
		plan: FED,
		limits: { stallMs: RETURN_STALL_MS, isPathAlive: true },
		play: async (act) => {
			for (let round = 0; round < 2; round++) await replace(act, { file: 0 });
			await act.untilWhole();
		},
	},
	{
		name: "clock-same-origin",
		about:
			"the encoder of both origins is killed, another one follows with a clock 1,000 s ahead, which starts over at 0 while it publishes",
		plan: { ...FED, feeds: "successive" },
		limits: { stallMs: RETURN_STALL_MS, isPathAlive: true },
		play: async (act) => {
			await replace(act, { file: 1, clock: CLOCK_MS });
			restartClock(act, act.stage.inUse("origin").id);
			await act.observe(WATCHED_MS);
			await act.untilWhole();
		},
	},
	{
		name: "clock-other-origin",
		about:
			"each origin has an encoder of its own, one of them 10,000 s ahead; the other one is killed, and the clock of the one left starts over at 0",
		plan: { ...FED, feeds: "unrelated" },
		limits: { stallMs: IDLE_MS + GOP_MS, isPathAlive: true },
		play: async (act) => {
			const encoders = encodersOf(act);
			const inUse = act.stage.inUse("origin");
			const other = act.stage.tier("origin").find((node) => node !== inUse)?.id ?? "";
			act.fault(`kill the encoder at ${other}`);
			encoders.kill(other);
			await act.pause(FORGOTTEN_MS);
			await encoders.start({ file: 2, at: [other], clock: FAR_CLOCK_MS });
			await act.pause(NOTICED_MS);
			act.fault(`kill the encoder at ${inUse.id}`, inUse);
			encoders.kill(inUse.id);
			await act.observe(WATCHED_MS);
			restartClock(act, other);
			await act.observe(WATCHED_MS);
		},
	},
];
