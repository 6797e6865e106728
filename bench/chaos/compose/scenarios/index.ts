import type { Scenario } from "../../scenario.ts";
import { scenarios } from "../../scenarios/index.ts";
import { COMPOSED } from "../compose-stage.ts";
import { fleet } from "./fleet.ts";
import { natsLosses } from "./nats.ts";
import { unplugged, wired } from "./networks.ts";

/** What is played alike on processes; the black hole takes the same tools as what is wired here. */
const SHARED = [
	"undisturbed",
	...["kill-origin", "freeze-origin", "kill-intermediate", "freeze-intermediate"],
	...["drain-origin", "drain-intermediate", "restart-same-id", "kill-nats", "freeze-nats"],
];
const SHARED_WIRED = ["black-hole"];

const shared = (names: readonly string[]): readonly Scenario[] =>
	scenarios.filter(({ name }) => names.includes(name)).map((scenario) => ({ ...scenario, plan: COMPOSED }));

/** Scenarios that take tools of this machine, and root. */
export const wiredScenarios: readonly Scenario[] = [...shared(SHARED_WIRED), ...wired];

/** The matrix for containers, in the order it is played. */
export const composeScenarios: readonly Scenario[] = [
	...shared(SHARED),
	...wiredScenarios,
	unplugged,
	...natsLosses,
	...fleet,
];
