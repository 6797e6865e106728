import { setTimeout as pause } from "node:timers/promises";
import { cpuMicros, memoryBytes } from "../support/process-figures.ts";
import { unlessFailed } from "../support/run.ts";
import { openAudience } from "./audience.ts";
import { LineProgram } from "./line-program.ts";
import { Load } from "./load.ts";
import { CORES, type NativePrograms, pin } from "./native.ts";
import { SAMPLED } from "./sample.ts";
import type { Server } from "./stage.ts";

const SETTLE_MS = 1_000;
const JOIN_MS = 500;
/** What is on its way when a round ends may arrive for so long. */
const REST_MS = 500;

/** One server for one round, each figure for one viewer and one second. */
export type FloorRound = { readonly cpu: number; readonly writes: number; readonly bytes: number };
/** `p50` and `p99` are delays in milliseconds; `memory` is that of the process with all viewers, in bytes. */
export type Round = FloorRound & { readonly p50: number; readonly p99: number; readonly memory: number };

export type RoundOptions = { readonly viewers: number; readonly ms: number; readonly programs: NativePrograms };

/** Serves `viewers` for a while, alone on its core. */
export const serverRound = (server: Server, options: RoundOptions, ended: AbortSignal): Promise<Round> =>
	unlessFailed(ended, async (signal, fail) => {
		const { viewers, ms, programs } = options;
		await using audience = await openAudience(server, { viewers, programs, signal, fail });
		const { load, sample } = audience;
		const from = performance.now();
		const figures = await figuresOf(server.pid, { load, viewers: viewers + SAMPLED, read: viewers, ms }, signal);
		const to = performance.now();
		const memory = memoryBytes(server.pid);
		await pause(REST_MS, undefined, { signal });
		await pin(server.pid, CORES.load);
		return { ...figures, ...sample.between(from, to), memory };
	});

/** The kernel's part: the bytes and writes of `like`, and nothing else. */
export const floorRound = (like: FloorRound, options: RoundOptions, ended: AbortSignal): Promise<FloorRound> =>
	unlessFailed(ended, async (signal) => {
		const { viewers, ms, programs } = options;
		const size = Math.round(like.bytes / like.writes);
		await using floor = new LineProgram(programs.floor, [`${viewers}`, `${size}`, `${like.writes}`], signal);
		await pin(floor.pid, CORES.server);
		await using load = Load.ofBytes(programs, Number(await floor.line()), signal);
		await load.join(viewers, JOIN_MS, "read");
		await load.playing(viewers, signal);
		await pause(SETTLE_MS, undefined, { signal });
		return await figuresOf(floor.pid, { load, viewers, read: viewers, ms }, signal);
	});

type Measured = {
	readonly load: Load;
	/** All who are served, and those of them whose bytes the load counts. */
	readonly viewers: number;
	readonly read: number;
	readonly ms: number;
};

async function figuresOf(pid: number, { load, viewers, read, ms }: Measured, signal: AbortSignal): Promise<FloorRound> {
	await load.mark();
	const [cpuBefore, begun] = [cpuMicros(pid), performance.now()];
	await pause(ms, undefined, { signal });
	const [cpu, seconds] = [cpuMicros(pid) - cpuBefore, (performance.now() - begun) / 1_000];
	const told = await load.tell();
	const readSeconds = (read * told.ms) / 1_000;
	return { cpu: cpu / seconds / viewers, writes: told.segments / readSeconds, bytes: told.bytes / readSeconds };
}

/** What a process holds while it serves nobody but the few that are looked at. */
export const idleMemory = (server: Server, programs: NativePrograms, ended: AbortSignal): Promise<number> =>
	unlessFailed(ended, async (signal, fail) => {
		await using _audience = await openAudience(server, { viewers: 0, programs, signal, fail });
		return memoryBytes(server.pid);
	});
