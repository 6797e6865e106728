import { systemClock } from "#shared/base/clock";
import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import { HOT_STALL_MS } from "./failures.ts";

const WATCHED_MS = 6_000;
const FLAPPING_MS = 30_000;
const FLAP_MS = 2_000;
/** Readers are held for so long while nobody has their stream; the relays' own standard. */
const LINGER_MS = 5_000;

const limits = { stallMs: HOT_STALL_MS, isPathAlive: true };

async function flap(act: Act): Promise<void> {
	const victim = act.stage.inUse("intermediate");
	const end = systemClock.now() + (act.manner.quick ? 4 * FLAP_MS : FLAPPING_MS);
	while (systemClock.now() < end) {
		const next = systemClock.now() + FLAP_MS;
		await act.kill(victim);
		await victim.start();
		await act.pause(Math.max(next - systemClock.now(), 0));
	}
	await act.untilWhole();
	await act.observe(WATCHED_MS);
}

/** Nodes that die and come back. */
export const returns: readonly Scenario[] = [
	{
		name: "restart-same-id",
		about: "the origin in use is killed and started again at once under its id; then the intermediate in use",
		plan: HOT,
		limits,
		play: async (act) => {
			for (const tier of ["origin", "intermediate"] as const) {
				const victim = act.stage.inUse(tier);
				await act.kill(victim);
				await victim.start();
				await act.untilWhole();
				await act.observe(WATCHED_MS);
			}
		},
	},
	{
		name: "both-origins",
		about:
			"both origins are killed, and one is started again within the time viewers are held; frames of that time are nobody's",
		plan: HOT,
		limits: { stallMs: LINGER_MS, isPathAlive: false },
		play: async (act) => {
			const origins = act.stage.tier("origin");
			await Promise.all(origins.map((origin) => act.kill(origin)));
			await origins[0]?.start();
			await act.untilWhole();
			await act.observe(WATCHED_MS);
		},
	},
	{
		name: "flapping",
		about: "the intermediate in use is killed and started again every 2 s for 30 s",
		plan: HOT,
		limits,
		play: flap,
	},
];
