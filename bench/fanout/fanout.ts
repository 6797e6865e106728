import { Scope } from "#shared/base/runtime";
import { type Spread, spreadOf } from "../support/percentiles.ts";
import type { Run } from "../support/run.ts";
import { type FloorRound, floorRound, idleMemory, type Round, serverRound } from "./round.ts";
import { type Server, type Stage, startStage } from "./stage.ts";
import { warmUp } from "./warm-up.ts";

/** What is measured. */
export type FanoutOptions = {
	readonly viewers: readonly number[];
	/** An edge of ours for each, in milliseconds. */
	readonly delays: readonly number[];
	/** Length of a round. */
	readonly seconds: number;
	readonly rounds: number;
	/** Whether other servers are measured beside. */
	readonly peers: boolean;
};

/** One server with so many viewers; the middle round and how far the rounds were apart. */
export type FanoutRow = {
	readonly name: string;
	readonly viewers: number;
	readonly delayMs: number | undefined;
	/** User and system time for one viewer and one second, in microseconds. */
	readonly cpu: Spread;
	/** Segments with data that a viewer got in a second. */
	readonly writes: Spread;
	/** Milliseconds from the publisher's write to a viewer's read; absent at the floor, which carries no frames. */
	readonly p50?: Spread;
	readonly p99?: Spread;
	/** Memory over the idle process for each viewer, in bytes; what the heap has free already is not in it. */
	readonly memory?: Spread;
};

/** The name of the rows that show what the kernel alone takes. */
export const FLOOR = "the kernel's floor";

type Case = {
	readonly server: Server;
	readonly viewers: number;
	readonly idle: number;
	rounds: Round[];
	floor: FloorRound[];
};

/** Measures what an edge takes for each viewer, beside what the kernel takes for the same writes and beside other servers. */
export async function benchFanout(options: FanoutOptions, run: Run): Promise<FanoutRow[]> {
	await using scope = new Scope();
	run.say("starting the servers");
	const stage = scope.use(await startStage(options));
	const cases: Case[] = [];
	for (const server of [...stage.edges, ...stage.peers]) {
		run.say(`warming up: ${titleOf(server)}`);
		await warmUp(server, run.signal);
		// Behind the warm-up, whose compiled code and free heap are no viewer's.
		const idle = await idleMemory(server, stage.programs, run.signal);
		for (const viewers of options.viewers) cases.push({ server, viewers, idle, rounds: [], floor: [] });
	}
	for (let round = 1; round <= options.rounds; round++) {
		for (const one of cases) {
			run.say(`round ${round} of ${options.rounds}: ${titleOf(one.server)}, ${one.viewers} viewers`);
			await measure(one, { stage, ms: options.seconds * 1_000, signal: run.signal });
		}
	}
	return cases.flatMap(rowsOf);
}

const titleOf = ({ name, delayMs }: Server): string => (delayMs === undefined ? name : `${name} at ${delayMs} ms`);

type Manner = { readonly stage: Stage; readonly ms: number; readonly signal: AbortSignal };

async function measure({ server, viewers, rounds, floor }: Case, { stage, ms, signal }: Manner): Promise<void> {
	const options = { viewers, ms, programs: stage.programs };
	const round = await serverRound(server, options, signal);
	rounds.push(round);
	if (server.delayMs !== undefined) floor.push(await floorRound(round, options, signal));
}

function rowsOf({ server: { name, delayMs }, viewers, idle, rounds, floor }: Case): FanoutRow[] {
	const own: FanoutRow = {
		name,
		viewers,
		delayMs,
		cpu: spreadOf(rounds.map(({ cpu }) => cpu)),
		writes: spreadOf(rounds.map(({ writes }) => writes)),
		p50: spreadOf(rounds.map(({ p50 }) => p50)),
		p99: spreadOf(rounds.map(({ p99 }) => p99)),
		memory: spreadOf(rounds.map(({ memory }) => (memory - idle) / viewers)),
	};
	if (floor.length === 0) return [own];
	const cpu = spreadOf(floor.map((round) => round.cpu));
	return [own, { name: FLOOR, viewers, delayMs, cpu, writes: spreadOf(floor.map(({ writes }) => writes)) }];
}
