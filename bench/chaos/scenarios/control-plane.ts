import type { Scenario } from "../scenario.ts";
import { HOT } from "../stage/plan.ts";
import { HOT_STALL_MS } from "./failures.ts";

/** Nodes without a sign of life are suspect after 3 s; longer than that. */
const ALONE_MS = 5_000;
const AWAY_MS = 25_000;
const BACK_MS = 10_000;

const limits = { stallMs: HOT_STALL_MS, isPathAlive: true };

/** The control plane goes, and then a node the control plane would have told about. */
export const controlPlane: readonly Scenario[] = [
	{
		name: "kill-nats",
		about: "nats-server is killed for 30 s, and 5 s later the origin in use",
		plan: HOT,
		limits,
		play: async (act) => {
			const { nats } = act.stage;
			act.fault("kill nats-server");
			await nats.stop();
			await act.observe(ALONE_MS);
			await act.kill(act.stage.inUse("origin"));
			await act.observe(AWAY_MS);
			await nats.restart();
			await act.observe(BACK_MS);
			await act.untilWhole();
		},
	},
	{
		name: "freeze-nats",
		about: "nats-server is frozen for 30 s, and 5 s later the intermediate in use is killed",
		plan: HOT,
		limits,
		play: async (act) => {
			const { nats } = act.stage;
			act.fault("freeze nats-server");
			nats.pause();
			await act.observe(ALONE_MS);
			await act.kill(act.stage.inUse("intermediate"));
			await act.observe(AWAY_MS);
			nats.resume();
			await act.observe(BACK_MS);
			await act.untilWhole();
		},
	},
];
