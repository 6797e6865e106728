import type { Scenario } from "../scenario.ts";
import { control } from "./control.ts";
import { controlPlane } from "./control-plane.ts";
import { encoders } from "./encoders.ts";
import { failures } from "./failures.ts";
import { network } from "./network.ts";
import { randomFaults } from "./random-faults.ts";
import { returns } from "./returns.ts";
import { rollingRestart } from "./rolling-restart.ts";

/** The whole matrix, in the order it is played. */
export const scenarios: readonly Scenario[] = [
	control,
	...failures,
	...network,
	...encoders,
	rollingRestart,
	...controlPlane,
	...returns,
	randomFaults,
];
