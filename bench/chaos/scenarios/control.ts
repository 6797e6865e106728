import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import { HOT_STALL_MS } from "./failures.ts";

const WATCHED_MS = 30_000;

/** What this machine does to viewers when nobody does anything to the mesh: the others are to be read beside it. */
export const control: Scenario = {
	name: "undisturbed",
	about: "nothing happens for 30 s: whatever is waited for is the machine's doing",
	plan: HOT,
	limits: { stallMs: HOT_STALL_MS, isPathAlive: true },
	play: async (act) => {
		act.fault("nothing");
		await act.observe(WATCHED_MS);
	},
};
