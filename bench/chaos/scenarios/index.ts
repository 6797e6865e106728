import type { Scenario } from "../scenario.ts";
import { control } from "./control.ts";
import { controlPlane } from "./control-plane.ts";
import { coldDeaths, hotDeaths } from "./deaths.ts";
import { drains } from "./drains.ts";
import { network } from "./network.ts";
import { randomFaults } from "./random-faults.ts";
import { returns } from "./returns.ts";
import { unrelated } from "./unrelated.ts";

/** The whole matrix, in the order it is played. */
export const scenarios: readonly Scenario[] = [
	control,
	...hotDeaths,
	...network,
	...drains,
	...controlPlane,
	...returns,
	...coldDeaths,
	...unrelated,
	randomFaults,
];
