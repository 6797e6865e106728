import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import { encodersOf } from "./encoders.ts";
import { HOT_STALL_MS } from "./failures.ts";

const HOLE_MS = 20_000;
const MENDED_MS = 10_000;
/** Within the 5 s an origin waits for its publisher, and beyond them. */
const DROPS_MS = [3_000, 8_000];

const limits = { stallMs: HOT_STALL_MS, isPathAlive: true };

/** Connections break, or stay up and carry nothing. */
export const network: readonly Scenario[] = [
	{
		name: "black-hole",
		about: "all that goes to and from the intermediate in use vanishes for 20 s, its connections stay up",
		plan: { ...HOT, links: "intermediates" },
		limits,
		play: async (act) => {
			const victim = act.stage.inUse("intermediate");
			act.fault(`black hole before ${victim.id}`, victim);
			await act.stage.links.swallow(victim.id);
			await act.observe(HOLE_MS);
			await act.stage.links.mend(victim.id);
			await act.observe(MENDED_MS);
			await act.untilWhole();
		},
	},
	{
		name: "publisher-drops",
		about: "the publisher cannot reach the origin in use for 3 s, and later for 8 s",
		plan: { ...HOT, links: "encoders" },
		limits,
		play: async (act) => {
			const victim = act.stage.inUse("origin");
			const wire = encodersOf(act).wireTo(victim.id);
			for (const span of DROPS_MS) {
				act.fault(`no publisher at ${victim.id}`, victim);
				wire.cut();
				await act.pause(span);
				wire.mend();
				await act.untilWhole();
			}
			await act.observe(MENDED_MS);
		},
	},
];
