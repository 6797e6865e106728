import type { Millis } from "#shared/base/clock";
import type { Act } from "./act.ts";
import type { StagePlan } from "./stage/plan.ts";

/** One thing that goes wrong, and what viewers may notice of it. */
export type Scenario = {
	/** In kebab-case. */
	readonly name: string;
	/** What happens, in one line. */
	readonly about: string;
	readonly plan: StagePlan;
	readonly limits: Limits;
	/** Does it, and watches until all is well and some seconds more. */
	play(act: Act): Promise<void>;
};

/** What viewers may notice. */
export type Limits = {
	/** The longest wait for a frame, beside the time in which nobody publishes. */
	readonly stallMs: Millis;
	/** Whether some way for the frames stays alive: then none may be missing. */
	readonly isPathAlive: boolean;
};
