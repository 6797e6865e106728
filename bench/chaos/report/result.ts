import type { Millis } from "#shared/base/clock";
import { percentile } from "../../support/percentiles.ts";
import type { Scenario } from "../scenario.ts";
import { baselineOf, faultsOf, type Outcome, stallOf } from "../verdict.ts";
import type { Sighting } from "../viewer/chaos-viewer.ts";

/** One scenario's line: counts are summed over its viewers and runs, waits are of the worst viewer. */
export type Result = {
	readonly scenario: string;
	/** `late`: every frame came right, but one was waited for too long. */
	readonly verdict: "pass" | "late" | "fail";
	/** What is wrong, in words. */
	readonly why: readonly string[];
	readonly runs: number;
	readonly viewers: number;
	readonly frames: number;
	readonly lost: number;
	readonly dup: number;
	readonly back: number;
	readonly unknown: number;
	/** Of one viewer, the most. */
	readonly headers: number;
	/** Longest wait for a frame before the fault, the most of all runs. */
	readonly baselineMs: Millis;
	/** Longest wait for a frame from the fault on, 95th percentile of the runs. */
	readonly stallMs: Millis;
	/** From the first fault to the begin of that wait. */
	readonly stallAtMs: Millis;
	readonly stallLimitMs: Millis;
	/** Longest step of a track's timestamps from the fault on. */
	readonly jumpMs: Millis;
	/** Switches of all relays from one feed to another, and the longest wait at one of them. */
	readonly switches: number;
	readonly gapMs: Millis | null;
	/** From a fault to the first child that noticed, the longest of all faults. */
	readonly detectMs: Millis | null;
	/** What was measured besides, in words. */
	readonly remarks: readonly string[];
	/** What was done in the first run. */
	readonly faults: readonly string[];
};

/** Sums up the runs of a scenario, at least one. */
export function resultOf(scenario: Scenario, outcomes: readonly Outcome[]): Result {
	const sightings = outcomes.flatMap((outcome) => outcome.sightings);
	const sum = (of: (sighting: Sighting) => number): number =>
		sightings.reduce((total, sighting) => total + of(sighting), 0);
	const why = outcomes.flatMap((outcome) => faultsOf(outcome, scenario.limits));
	const stalls = outcomes.map(stallOf);
	const stallMs = percentile(
		stalls.map(({ ms }) => ms),
		0.95,
	);
	const stallLimitMs = scenario.limits.stallMs + Math.round(Math.max(...outcomes.map(({ unfedMs }) => unfedMs)));
	const gap = greatest(outcomes.map(({ switches }) => switches.gapMs));
	return {
		scenario: scenario.name,
		verdict: why.length > 0 ? "fail" : stallMs > stallLimitMs ? "late" : "pass",
		why,
		runs: outcomes.length,
		viewers: sightings.length,
		frames: sum(({ frames }) => frames),
		lost: sum(({ lost }) => lost),
		dup: sum(({ dup }) => dup),
		back: sum(({ back }) => back),
		unknown: sum(({ unknown }) => unknown),
		headers: Math.max(...sightings.map(({ headers }) => headers)),
		baselineMs: Math.max(...outcomes.map(baselineOf)),
		stallMs,
		stallAtMs: stalls.find(({ ms }) => ms === stallMs)?.at ?? 0,
		stallLimitMs,
		jumpMs: Math.round(Math.max(...sightings.map(({ after }) => after.jumpMs))),
		switches: outcomes.reduce((total, { switches }) => total + switches.count, 0),
		gapMs: gap === null ? null : Math.round(gap),
		detectMs: greatest(outcomes.map(({ detectMs }) => detectMs)),
		remarks: outcomes.flatMap(({ remarks = [] }) => remarks),
		faults: outcomes[0]?.faults ?? [],
	};
}

function greatest(values: readonly (number | null)[]): number | null {
	const known = values.filter((value) => value !== null);
	return known.length > 0 ? Math.max(...known) : null;
}
