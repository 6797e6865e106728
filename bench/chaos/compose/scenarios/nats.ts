import type { Act } from "../../act.ts";
import type { Scenario } from "../../scenario.ts";
import { HOT_STALL_MS } from "../../scenarios/failures.ts";
import { COMPOSED } from "../compose-stage.ts";
import { composeStageOf, NewStream, timed, timeToPlay } from "./staged.ts";

const AWAY_MS = 10_000;
const BACK_MS = 5_000;
/** A stream that is new is found within this time. */
const FOUND_MS = 5_000;

const common = { plan: COMPOSED, limits: { stallMs: HOT_STALL_MS, isPathAlive: true } };

async function findNewStream(act: Act): Promise<void> {
	await using stream = new NewStream(act);
	const [edge] = act.stage.tier("edge");
	if (edge) timed(act, "a new stream was found", await timeToPlay(act, edge, stream.key), FOUND_MS);
}

const someLost = (count: 1 | 2): Scenario => ({
	name: `nats-${count}-of-3`,
	about: `${count} of three NATS servers killed for ${AWAY_MS / 1000} s; a stream is published in between and must be found`,
	...common,
	play: async (act) => {
		const { nats } = composeStageOf(act);
		act.fault(`kill ${count} of 3 nats-servers`);
		await nats.stop(count);
		await act.observe(AWAY_MS);
		await findNewStream(act);
		await nats.restart();
		await act.observe(BACK_MS);
	},
});

/** Servers of the control plane go and come back. */
export const natsLosses: readonly Scenario[] = [
	someLost(1),
	someLost(2),
	{
		name: "nats-all",
		about: `all three NATS servers killed for ${AWAY_MS / 1000} s; a stream published meanwhile must be found when they are back`,
		...common,
		play: async (act) => {
			const { nats } = composeStageOf(act);
			act.fault("kill 3 of 3 nats-servers");
			await nats.stop();
			await act.observe(AWAY_MS);
			await using stream = new NewStream(act);
			await act.observe(BACK_MS);
			await nats.restart();
			const [edge] = act.stage.tier("edge");
			if (edge) timed(act, "the new stream was found", await timeToPlay(act, edge, stream.key), FOUND_MS);
			await act.observe(BACK_MS);
		},
	},
];
