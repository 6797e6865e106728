import { setTimeout as pause } from "node:timers/promises";
import { Scope } from "#shared/base/runtime";
import { percentile, type Spread, spreadOf } from "../support/percentiles.ts";
import { type Run, unlessFailed } from "../support/run.ts";
import { spread, table } from "../support/table.ts";
import { openAudience } from "./audience.ts";
import { type Server, type Stage, startStage } from "./stage.ts";
import { warmUp } from "./warm-up.ts";

/** All who come do so within this. */
const STORM_MS = 1_000;
/** What a storm stirs up has settled after so long. */
const REST_MS = 2_000;

export type StormOptions = {
	/** There are as many before. */
	readonly viewers: number;
	readonly delayMs: number;
	readonly rounds: number;
};

/** Milliseconds, the middle round and how far the rounds were apart. */
export type StormRow = { readonly name: string; readonly value: Spread };

type Storm = {
	readonly gapBefore: number;
	readonly gap: number;
	readonly p99: number;
	readonly waits: readonly number[];
	readonly segments: readonly number[];
};

/** Measures what viewers notice when as many again come within a second, and how long those wait for a picture. */
export async function benchJoinStorm(options: StormOptions, run: Run): Promise<StormRow[]> {
	await using scope = new Scope();
	run.say("starting the servers");
	const stage = scope.use(await startStage({ delays: [options.delayMs], peers: false }));
	for (const edge of stage.edges) await warmUp(edge, run.signal);
	const storms: Storm[] = [];
	for (let round = 1; round <= options.rounds; round++) {
		for (const edge of stage.edges) {
			run.say(`storm ${round} of ${options.rounds}`);
			storms.push(await storm(edge, { stage, viewers: options.viewers, signal: run.signal }));
		}
	}
	const row = (name: string, figure: (one: Storm) => number): StormRow => ({
		name,
		value: spreadOf(storms.map(figure)),
	});
	return [
		row("longest gap of one who watches, before (ms)", ({ gapBefore }) => gapBefore),
		row("longest gap of one who watches, in the storm (ms)", ({ gap }) => gap),
		row("delay of those who watch, in the storm, p99 (ms)", ({ p99 }) => p99),
		row("dial to first keyframe of those who come, p50 (ms)", ({ waits }) => percentile(waits, 0.5)),
		row("dial to first keyframe of those who come, p99 (ms)", ({ waits }) => percentile(waits, 0.99)),
		row("dial to first keyframe of those who come, most (ms)", ({ waits }) => percentile(waits, 1)),
		row("segments until the first keyframe is whole, p50", ({ segments }) => percentile(segments, 0.5)),
		row("segments until the first keyframe is whole, most", ({ segments }) => percentile(segments, 1)),
	];
}

type StormManner = { readonly stage: Stage; readonly viewers: number; readonly signal: AbortSignal };

const storm = (edge: Server, { stage, viewers, signal: ended }: StormManner): Promise<Storm> =>
	unlessFailed(ended, async (signal, fail) => {
		await using audience = await openAudience(edge, { viewers, programs: stage.programs, signal, fail });
		const { load, sample } = audience;
		await load.mark();
		await pause(STORM_MS + REST_MS, undefined, { signal });
		const before = await load.tell();
		await load.mark();
		const from = performance.now();
		await load.join(viewers, STORM_MS, "read");
		await load.playing(2 * viewers, signal);
		await pause(REST_MS, undefined, { signal });
		const { gapMs } = await load.tell();
		const waits = await load.waits();
		return {
			gapBefore: before.gapMs,
			gap: gapMs,
			p99: sample.between(from, performance.now()).p99,
			waits: waits.map(([ms]) => ms ?? Number.POSITIVE_INFINITY),
			segments: waits.map(([, segments]) => segments ?? Number.POSITIVE_INFINITY),
		};
	});

/** For people. */
export const joinStormTable = (rows: readonly StormRow[]): string =>
	table(
		["", "middle round (least–most)"],
		rows.map(({ name, value }) => [name, spread(value)]),
	);
