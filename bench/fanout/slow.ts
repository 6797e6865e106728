import { setTimeout as pause } from "node:timers/promises";
import { Scope } from "#shared/base/runtime";
import { metric } from "../../test/support/metrics.ts";
import { memoryBytes } from "../support/process-figures.ts";
import { type Run, unlessFailed } from "../support/run.ts";
import { millis, table } from "../support/table.ts";
import { type Audience, openAudience } from "./audience.ts";
import { Load, type ViewerKind } from "./load.ts";
import { type Server, startStage } from "./stage.ts";
import { warmUp } from "./warm-up.ts";

const SLOW_KINDS: readonly ViewerKind[] = ["trickle", "stop", "half", "silent"];
const JOIN_MS = 1_000;
const LOOK_EVERY_MS = 500;
const MB = 1e6;
/** Until those who read too slowly have filled the kernel's buffers and their queues with the usual bounds. */
const SKIPPING_WITHIN_MS = 180_000;

export type SlowOptions = {
	readonly viewers: number;
	readonly slow: number;
	readonly delayMs: number;
	/** Length of each part. */
	readonly seconds: number;
};

/** What healthy viewers and the edge had of one part of the run. */
export type SlowRow = {
	readonly part: string;
	/** Delays at healthy viewers, and the longest time one of all of them got nothing, in milliseconds. */
	readonly p50: number;
	readonly p99: number;
	readonly gapMs: number;
	/** The most the edge held, in bytes. */
	readonly memory: number;
	/** Readers of the edge at the end, and what it counted in this part. */
	readonly readers: number;
	readonly evicted: number;
	readonly skippedFrames: number;
};

/** Measures healthy viewers of an edge alone, beside slow ones, and after they are gone. */
export async function benchSlow(options: SlowOptions, run: Run): Promise<SlowRow[]> {
	await using scope = new Scope();
	run.say("starting the servers");
	const stage = scope.use(await startStage({ delays: [options.delayMs], peers: false }));
	const [edge] = stage.edges;
	if (!edge) return [];
	await warmUp(edge, run.signal);
	return await unlessFailed(run.signal, async (signal, fail) => {
		const { viewers, slow } = options;
		await using audience = await openAudience(edge, { viewers, programs: stage.programs, signal, fail });
		const ms = options.seconds * 1_000;
		const rows: SlowRow[] = [];
		const watch = async (part: string): Promise<void> => {
			run.say(part);
			rows.push(await watchPart({ part, edge, audience, ms, signal }));
		};
		await watch(`${viewers} healthy viewers alone`);
		{
			await using load = await Load.ofStream(stage.programs, audience.play, signal);
			for (const kind of SLOW_KINDS)
				await load.join(Math.ceil(slow / SLOW_KINDS.length), JOIN_MS / SLOW_KINDS.length, kind);
			await joined(edge, viewers + slow, signal);
			await watch(`the same beside ${slow} slow ones`);
			run.say("until slow ones skip");
			await skipping(edge, signal);
			await watch("the same, slow ones skip, those who read nothing evicted");
		}
		await watch("the slow ones are gone");
		return rows;
	});
}

/** Waits until so many have become readers: what a wave of joins does is another bench. */
async function joined(edge: Server, count: number, signal: AbortSignal): Promise<void> {
	for (let here = 0; here < count; ) {
		await pause(LOOK_EVERY_MS, undefined, { signal });
		const { readers, evicted } = await counters(edge);
		here = readers + evicted;
	}
}

/** Waits until slow viewers are so far behind that they lose frames. */
async function skipping(edge: Server, signal: AbortSignal): Promise<void> {
	const until = performance.now() + SKIPPING_WITHIN_MS;
	while (performance.now() < until && (await counters(edge)).skippedFrames === 0) {
		await pause(LOOK_EVERY_MS, undefined, { signal });
	}
}

type Part = {
	readonly part: string;
	readonly edge: Server;
	readonly audience: Audience;
	readonly ms: number;
	readonly signal: AbortSignal;
};

async function watchPart({ part, edge, audience, ms, signal }: Part): Promise<SlowRow> {
	const { load, sample } = audience;
	const before = await counters(edge);
	await load.mark();
	const from = performance.now();
	let memory = 0;
	while (performance.now() - from < ms) {
		await pause(LOOK_EVERY_MS, undefined, { signal });
		memory = Math.max(memory, memoryBytes(edge.pid));
	}
	const { gapMs } = await load.tell();
	const { p50, p99 } = sample.between(from, performance.now());
	const after = await counters(edge);
	return {
		part,
		p50,
		p99,
		gapMs,
		memory,
		readers: after.readers,
		evicted: after.evicted - before.evicted,
		skippedFrames: after.skippedFrames - before.skippedFrames,
	};
}

const counters = async ({ http }: Server) => ({
	evicted: await metric(http, "millrace_readers_evicted_total"),
	skippedFrames: await metric(http, "millrace_frames_skipped_total"),
	readers: await metric(http, "millrace_readers"),
});

/** For people. */
export function slowTable(rows: readonly SlowRow[]): string {
	const head = [
		"healthy viewers",
		"ms p50",
		"ms p99",
		"longest gap",
		"edge MB",
		"readers",
		"evicted",
		"frames skipped",
	];
	const cells = rows.map((row) => [
		row.part,
		millis(row.p50),
		millis(row.p99),
		millis(row.gapMs),
		millis(row.memory / MB),
		`${row.readers}`,
		`${row.evicted}`,
		`${row.skippedFrames}`,
	]);
	return table(head, cells);
}
