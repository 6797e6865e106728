import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import { MeshError } from "#shared/base/errors";
import { faultsOf } from "../chaos/verdict.ts";
import { memoryBytes } from "../support/process-figures.ts";
import { type Balance, balanceOf } from "./balance.ts";
import { strike } from "./faults.ts";
import type { Gauges } from "./gauges.ts";
import { Ledger, quietGaugesOf } from "./ledger.ts";
import type { SoakMesh } from "./soak-mesh.ts";

/** Streams nobody reads any more are kept for 5 s, and refused connections are tried again within a few: then nothing moves. */
const QUIET_MS: Millis = 8_000;
const SAMPLE_MS: Millis = 10_000;
const MINUTE_MS: Millis = 60_000;

export type SoakOptions = {
	readonly minutes: number;
	readonly streams: number;
	/** Seconds from one fault to the next. */
	readonly every: number;
	readonly seed: number;
};

/** What all viewers got together. */
export type Sum = { readonly frames: number; readonly lost: number; readonly dup: number; readonly back: number };

/** What is told each minute. */
export type Minute = Sum & {
	readonly minute: number;
	readonly faults: number;
	/** Resident memory of nats-server in bytes; null while it is away. */
	readonly natsBytes: number | null;
	readonly nodes: readonly (Gauges & { readonly id: string; readonly pid: number })[];
};

/** What it comes to. */
export type SoakResult = Sum & {
	readonly faults: number;
	readonly balances: readonly Balance[];
	/** What was lost, and what leaks, in sentences; empty where all is well. */
	readonly complaints: readonly string[];
};

/** Hears how it goes. */
export type Listener = {
	onFault(what: string, awayMs: Millis): void;
	onMinute(minute: Minute): void;
	/** What it waits for where that may take a while. */
	onPhase(what: string): void;
};

/** Breaks a mesh over and over and follows what its processes hold. Throws the signal's reason. */
export async function soak(
	mesh: SoakMesh,
	options: Omit<SoakOptions, "streams">,
	{ onFault, onMinute, onPhase }: Listener,
	signal: AbortSignal,
): Promise<SoakResult> {
	const startedAt = systemClock.now();
	const ledger = new Ledger();
	const troubles: string[] = [];
	let faults = 0;
	await pause(QUIET_MS, undefined, { signal });
	const before = await allQuiet(mesh);

	const done = new AbortController();
	const watching = watch(mesh, { ledger, startedAt, signal: AbortSignal.any([signal, done.signal]) }, (minute) =>
		onMinute({ ...minute, faults }),
	);
	try {
		await strike(mesh, {
			...{ seed: options.seed, everyMs: options.every * 1_000, signal },
			until: startedAt + options.minutes * MINUTE_MS - QUIET_MS,
			onFault: ({ what, awayMs }) => {
				faults++;
				onFault(what, awayMs);
			},
			onEnough: () => onPhase("no more faults: waiting until all is well"),
		});
		onPhase("all is well: looking on until nothing moves");
		const left = startedAt + options.minutes * MINUTE_MS - systemClock.now();
		await pause(Math.max(left, QUIET_MS), undefined, { signal });
	} catch (error) {
		if (signal.aborted || !(error instanceof MeshError)) throw error;
		troubles.push(error.message);
	} finally {
		done.abort();
		await watching;
	}

	const after = await allQuiet(mesh).catch(() => new Map<string, Gauges>());
	const balances = mesh.nodes.flatMap((node) => {
		const [start, quiet] = [before.get(node.id), after.get(node.id)];
		return start && quiet ? [balanceOf(node, { mesh, ledger, before: start, quiet })] : [];
	});
	const sum = sumOf(mesh);
	const complaints = [
		...viewersComplaints(mesh, troubles),
		...balances.flatMap(({ id, leaks }) => leaks.map((leak) => `${id}: ${leak}`)),
	];
	return { ...sum, faults, balances, complaints };
}

async function allQuiet({ nodes }: SoakMesh): Promise<Map<string, Gauges>> {
	return new Map(await Promise.all(nodes.map(async (node) => [node.id, await quietGaugesOf(node)] as const)));
}

/** Looks at every process again and again until the signal says that it is enough; tells once a minute. */
async function watch(
	mesh: SoakMesh,
	{ ledger, startedAt, signal }: { ledger: Ledger; startedAt: Millis; signal: AbortSignal },
	onMinute: (minute: Omit<Minute, "faults">) => void,
): Promise<void> {
	let told = Math.floor((systemClock.now() - startedAt) / MINUTE_MS);
	while (!signal.aborted) {
		await ledger.sample(mesh.nodes);
		const minute = Math.floor((systemClock.now() - startedAt) / MINUTE_MS);
		if (minute > told) {
			told = minute;
			onMinute({ minute, ...sumOf(mesh), natsBytes: bytesOf(mesh.nats.pid), nodes: latestOf(mesh, ledger) });
		}
		// An abort ends the pause; the loop's condition sees it.
		await pause(SAMPLE_MS, undefined, { signal }).catch(() => {});
	}
}

const latestOf = ({ nodes }: SoakMesh, ledger: Ledger): Minute["nodes"] =>
	nodes.flatMap((node) => {
		const sample = ledger.latest(node);
		return sample && node.isUp ? [{ ...sample, id: node.id, pid: node.pid }] : [];
	});

function bytesOf(pid: number): number | null {
	try {
		return memoryBytes(pid);
	} catch {
		return null;
	}
}

function sumOf({ viewers }: SoakMesh): Sum {
	const all = viewers.map(({ soFar }) => soFar);
	const sum = (kind: keyof Sum): number => all.reduce((total, each) => total + each[kind], 0);
	return { frames: sum("frames"), lost: sum("lost"), dup: sum("dup"), back: sum("back") };
}

/** Judged as the scenarios of the chaos bench are, with a way for the frames always alive; how long a viewer waited is not asked. */
function viewersComplaints({ viewers, crashes }: SoakMesh, troubles: readonly string[]): string[] {
	const sightings = viewers.map((viewer) => viewer.leave());
	return faultsOf({ sightings, troubles: [...crashes, ...troubles] }, { isPathAlive: true });
}
