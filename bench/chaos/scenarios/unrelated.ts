import type { Scenario } from "../scenario.ts";
import { GOP_MS, IDLE_MS, UNRELATED } from "../stage/plan.ts";

const WATCHED_MS = 6_000;
const FROZEN_MS = 20_000;
const THAWED_MS = 10_000;

const limits = { stallMs: IDLE_MS + GOP_MS, isPathAlive: true };

/** Each origin has an encoder of its own: no frame of one is a frame of the other. */
export const unrelated: readonly Scenario[] = [
	{
		name: "unrelated-kill-origin",
		about: "each origin has an encoder of its own; the one in use is killed",
		plan: UNRELATED,
		limits,
		play: async (act) => {
			await act.kill(act.stage.inUse("origin"));
			await act.observe(WATCHED_MS);
		},
	},
	{
		name: "unrelated-freeze-origin",
		about: "each origin has an encoder of its own; the one in use is frozen for 20 s and then goes on",
		plan: UNRELATED,
		limits,
		play: async (act) => {
			const victim = act.stage.inUse("origin");
			act.freeze(victim);
			await act.observe(FROZEN_MS);
			victim.thaw();
			await act.observe(THAWED_MS);
			await act.untilWhole();
		},
	},
];
