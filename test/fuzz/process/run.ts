import { inputSeed, Random } from "../random.ts";
import { http } from "./http.ts";
import { media } from "./media.ts";
import { nats } from "./nats.ts";
import { parent } from "./parent.ts";
import type { ProcessTarget } from "./process-target.ts";
import { Stage } from "./stage.ts";

/** Everything that a whole mesh hears from somebody who keeps to the form. */
export const processTargets: readonly ProcessTarget[] = [media, http, nats, parent];

/** Code that has been compiled and buffers that have been made are not a leak. */
const WARM_UP_ROUNDS = 10;

/** How a target's time went. */
export type ProcessRun = { readonly inputs: number; readonly rounds: number; readonly problems: readonly string[] };

/** Rounds of one target on a mesh of its own, until the time is over or a find is made; `at` is the only round, where given. */
export async function runProcessTarget(
	target: ProcessTarget,
	seed: number,
	{ milliseconds, at }: { milliseconds: number; at?: number | undefined },
): Promise<ProcessRun> {
	await using stage = await Stage.open();
	await using attack = await target.open(stage);
	let inputs = 0;
	let round = at ?? 0;
	// Of each kind the first: what a viewer saw does not keep the run from what ends a process.
	const problems: string[] = [];
	const until = performance.now() + milliseconds;
	do {
		const outcome = await attack.round(new Random(inputSeed(seed, target.name, round)));
		inputs += outcome.inputs;
		if (outcome.problem !== undefined && problems.length === 0) problems.push(`round ${round}: ${outcome.problem}`);
		round++;
		if (round === WARM_UP_ROUNDS) await stage.warm();
	} while (at === undefined && stage.death() === undefined && performance.now() < until);
	const verdict = await stage.verdict();
	if (verdict !== undefined) problems.push(`after round ${round - 1}: ${verdict}`);
	return { inputs, rounds: round, problems };
}
