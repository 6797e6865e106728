import type { Act } from "../act.ts";
import type { Scenario } from "../scenario.ts";
import { COLD, HOT, IDLE_MS, type StagePlan } from "../stage/plan.ts";

const FROZEN_MS = 20_000;
const THAWED_MS = 10_000;
const WATCHED_MS = 6_000;

/** How long a viewer may wait: a parent that plays along costs nothing to go to, one that must be dialled a little. */
export const HOT_STALL_MS = 100;
const COLD_STALL_MS = 300;

type Tier = "origin" | "intermediate";

async function kill(act: Act, tier: Tier): Promise<void> {
	await act.kill(act.stage.inUse(tier));
	await act.observe(WATCHED_MS);
}

async function freeze(act: Act, tier: Tier): Promise<void> {
	const victim = act.stage.inUse(tier);
	act.freeze(victim);
	await act.observe(FROZEN_MS);
	if (act.manner.quick) return;
	victim.thaw();
	await act.observe(THAWED_MS);
	await act.untilWhole();
}

const killed = (tier: Tier, plan: StagePlan): Scenario => ({
	name: plan.standby > 0 ? `kill-${tier}` : `cold-kill-${tier}`,
	about: `the ${tier} in use is killed${plan.standby > 0 ? "" : "; no other plays along"}`,
	plan,
	limits: { stallMs: plan.standby > 0 ? HOT_STALL_MS : COLD_STALL_MS, isPathAlive: true },
	play: (act) => kill(act, tier),
});

const frozen = (tier: Tier, plan: StagePlan): Scenario => ({
	name: plan.standby > 0 ? `freeze-${tier}` : `cold-freeze-${tier}`,
	about: `the ${tier} in use is frozen for ${FROZEN_MS / 1000} s and then goes on${plan.standby > 0 ? "" : "; no other plays along"}`,
	plan,
	// Only silence tells that it is frozen.
	limits: { stallMs: plan.standby > 0 ? HOT_STALL_MS : IDLE_MS + COLD_STALL_MS, isPathAlive: true },
	play: (act) => freeze(act, tier),
});

/** A parent dies or freezes while another plays along. */
export const hotDeaths: readonly Scenario[] = [
	killed("origin", HOT),
	frozen("origin", HOT),
	killed("intermediate", HOT),
	frozen("intermediate", HOT),
];

/** The same where the other parent is dialled only then. */
export const coldDeaths: readonly Scenario[] = [
	killed("origin", COLD),
	frozen("origin", COLD),
	killed("intermediate", COLD),
	frozen("intermediate", COLD),
];
