import type { Millis } from "#shared/base/clock";
import type { Act } from "./act.ts";
import type { Limits } from "./scenario.ts";
import type { Sighting } from "./viewer/chaos-viewer.ts";

/** What one play of a scenario came to. */
export type Outcome = {
	readonly sightings: readonly Sighting[];
	/** What was done, in order. */
	readonly faults: readonly string[];
	readonly switches: ReturnType<Act["switches"]>;
	readonly detectMs: Millis | null;
	/** The longest time in which nobody published: viewers may wait as much longer. */
	readonly unfedMs: Millis;
	/** What went wrong beside the frames: a process that ended by itself, a stream that cannot be decoded. */
	readonly troubles: readonly string[];
	/** What was measured besides. */
	readonly remarks?: readonly string[];
};

/** A viewer that has had no frame for so long when it leaves is stuck. */
const STUCK_MS: Millis = 1_500;
/** One of each track, and again where another encoder follows. */
const HEADERS = 2;

/** What is wrong with an outcome, in words; empty where nothing is. Waits are judged apart. */
export function faultsOf(
	outcome: Pick<Outcome, "sightings" | "troubles">,
	{ isPathAlive }: Pick<Limits, "isPathAlive">,
): string[] {
	const { sightings, troubles } = outcome;
	const found = sightings.flatMap((sighting) => {
		const { edge, frames, lost, dup, back, unknown, headers, runs, ended, silentMs } = sighting;
		const rules: [boolean, string][] = [
			[frames === 0, "got nothing"],
			[lost > 0 && isPathAlive, `missed ${lost}`],
			[dup > 0, `got ${dup} twice`],
			[back > 0, `went back in time ${back} times`],
			[unknown > 0, `got ${unknown} that were not published`],
			[headers < HEADERS || headers > runs, `got ${headers} codec headers`],
			[sighting.headersAgain > 0, `got ${sighting.headersAgain} codec headers again`],
			[ended !== null, `was sent away (${ended})`],
			[ended === null && silentMs > STUCK_MS, `is stuck for ${Math.round(silentMs)} ms`],
		];
		return rules.filter(([isSo]) => isSo).map(([, what]) => `a viewer at ${edge} ${what}`);
	});
	return [...found, ...troubles];
}

/** The longest wait of any viewer from the fault on, and when it began, counted from the fault. */
export function stallOf({ sightings }: Outcome): { readonly ms: Millis; readonly at: Millis } {
	const [worst] = sightings.map(({ after }) => after).sort((a, b) => b.stallMs - a.stallMs);
	return { ms: Math.round(worst?.stallMs ?? 0), at: Math.round(worst?.stallAt ?? 0) };
}

/** The longest wait of any viewer before the fault: what this machine does to it by itself. */
export const baselineOf = ({ sightings }: Outcome): Millis =>
	Math.round(Math.max(...sightings.map(({ baseline }) => baseline.stallMs)));
