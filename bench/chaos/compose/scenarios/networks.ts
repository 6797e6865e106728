import type { Scenario } from "../../scenario.ts";
import { HOT_STALL_MS } from "../../scenarios/failures.ts";
import { IDLE_MS } from "../../stage/plan.ts";
import { COMPOSED } from "../compose-stage.ts";
import { composeStageOf, timed, timeToPlay } from "./staged.ts";

const PARTED_MS = 15_000;
const SLOW_MS = 15_000;
const MENDED_MS = 10_000;
const UNPLUGGED_MS = 10_000;
const BACK_WITHIN_MS = 3_000;
/** Half of what the demo stream needs. */
const SLOW_RATE = "300kbit";
/** Silence tells that this tier is gone; then both its nodes are asked in vain before another tier is. */
const REFUGE_STALL_MS = 1_500;

/** What is done by rules in a container's network, for which this machine must have the tools. */
export const wired: readonly Scenario[] = [
	{
		name: "partition",
		about: `nothing gets through between the origins and the intermediates for ${PARTED_MS / 1000} s, in either direction; edges reach both`,
		plan: COMPOSED,
		limits: { stallMs: IDLE_MS + REFUGE_STALL_MS, isPathAlive: true },
		play: async (act) => {
			const { wiring, tier } = withTiers(composeStageOf(act));
			const intermediates = tier("intermediate");
			act.fault("partition between origins and intermediates");
			await wiring.part(intermediates, tier("origin"));
			await act.observe(PARTED_MS);
			await Promise.all(intermediates.map((container) => wiring.mend(container)));
			await act.observe(MENDED_MS);
			await act.untilWhole();
		},
	},
	{
		name: "slow-link",
		about: `what the intermediate in use sends gets through at ${SLOW_RATE}/s for ${SLOW_MS / 1000} s, half of what the stream needs`,
		plan: COMPOSED,
		limits: { stallMs: HOT_STALL_MS, isPathAlive: true },
		play: async (act) => {
			const { wiring } = composeStageOf(act);
			const { container, id } = composeStageOf(act).inUse("intermediate");
			act.fault(`slow link of ${id}`, composeStageOf(act).node(id));
			await wiring.slow(container, SLOW_RATE);
			await act.observe(SLOW_MS);
			await wiring.mend(container);
			await act.observe(MENDED_MS);
			await act.untilWhole();
		},
	},
];

function withTiers(stage: ReturnType<typeof composeStageOf>) {
	const tier = (role: "origin" | "intermediate"): string[] => stage.tier(role).map(({ container }) => container);
	return { wiring: stage.wiring, tier };
}

/** An edge out of its network: its viewers are cut off with it, those of the other edge notice nothing. */
export const unplugged: Scenario = {
	name: "unplug-edge",
	about: `an edge is taken out of its network for ${UNPLUGGED_MS / 1000} s; its viewers leave, and one comes when it is back`,
	plan: COMPOSED,
	limits: { stallMs: HOT_STALL_MS, isPathAlive: true },
	play: async (act) => {
		const stage = composeStageOf(act);
		const edge = stage.tier("edge").at(-1);
		if (!edge) return;
		act.fault(`unplug ${edge.id}`, edge);
		for (const viewer of act.viewers) if (viewer.edge === edge.id) viewer.leave();
		await stage.wiring.unplug(edge.container);
		await act.pause(UNPLUGGED_MS);
		await stage.wiring.mend(edge.container);
		await edge.locate();
		timed(act, `${edge.role} in its network again plays`, await timeToPlay(act, edge, "live/demo"), BACK_WITHIN_MS);
		await act.untilWhole();
		await act.observe(MENDED_MS);
	},
};
