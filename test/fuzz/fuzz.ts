import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MeshError } from "#shared/base/errors";
import { mutate } from "./mutate.ts";
import { inputSeed, Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** A reader that takes longer for 64 KiB holds up every other connection of its process. */
const SLOW_MS = 1000;

/** An input that broke a promise; `index` and the run's seed make it again. */
export type Find = { target: string; index: number; input: Buffer; problem: string };

/** Input number `index` of a target: the same for the same seed. */
function makeInput(target: FuzzTarget, seed: number, index: number): { input: Buffer; random: Random } {
	const random = new Random(inputSeed(seed, target.name, index));
	return { input: mutate(target, random), random };
}

/** Gives one input to its target; undefined where it kept every promise. */
export function tryInput(target: FuzzTarget, seed: number, index: number): Find | undefined {
	const { input, random } = makeInput(target, seed, index);
	// A target may not write into its input; a find shows what it was given.
	const given = Buffer.from(input);
	const started = performance.now();
	let problem: string | undefined;
	try {
		target.run(given, random);
	} catch (error) {
		if (!(error instanceof MeshError))
			problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
	}
	const elapsed = performance.now() - started;
	if (elapsed > SLOW_MS) problem ??= `took ${Math.round(elapsed)} ms, more than ${SLOW_MS}`;
	if (!given.equals(input)) problem ??= "changed its input";
	return problem === undefined ? undefined : { target: target.name, index, input, problem };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Megabytes in use after a garbage collection: objects and the bytes of buffers. */
export function heapMegabytes(): number {
	collect();
	collect();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return (heapUsed + arrayBuffers) / 2 ** 20;
}
