import type { Random } from "../random.ts";
import type { Stage } from "./stage.ts";

/** Inputs for a mesh of processes, as somebody sends them who keeps to the form. */
export type ProcessTarget = {
	readonly name: string;
	/** YAML of the edge. */
	readonly edge?: string;
	/** Gives it a round of inputs: how many they were. The same seed makes the same ones; a find is what `problem` tells, or the stage sees. */
	open(stage: Stage): Promise<Attack>;
};

/** One target at work. Disposing takes back what it opened. */
export type Attack = AsyncDisposable & { round(random: Random): Promise<{ inputs: number; problem?: string }> };
