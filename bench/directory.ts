import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { systemClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { type Directory, newIncarnation, openNatsDirectory, type StreamInfo } from "#shared/mesh/control";
import { startNatsServer } from "../test/support/nats-server.ts";
import { percentile } from "./support/percentiles.ts";

/** One measured figure. */
export type DirectoryRow = { readonly name: string; readonly value: number; readonly unit: "ms" | "CPU ms/s" };

/** What is measured; the defaults are the figures the project answers for. */
export type DirectoryBenchOptions = {
	readonly streams?: number;
	readonly children?: number;
	readonly adds?: number;
	readonly addsPerSecond?: number;
	/** Length of the quiet part in milliseconds. */
	readonly idleMs?: number;
	/** Ends it early. */
	readonly signal?: AbortSignal;
};

type Order =
	| { type: "open"; url: string; id: string; count: number; streams: number }
	| { type: "announce"; adds: number; perSecond: number }
	| { type: "cpu" }
	| { type: "seen" };
type Answer = { value: number; seen?: [string, number][] };

/** First argument of the processes this file forks from itself. */
const NODE_ROLE = "directory-bench-node";
/** Wall-clock milliseconds with fractions: comparable between processes of one machine. */
const wallClock = (): number => performance.timeOrigin + performance.now();

/** Measures the directory over a real nats-server: one parent, many children in a process of their own. Takes about 15 s. */
export async function benchDirectory(options: DirectoryBenchOptions = {}): Promise<DirectoryRow[]> {
	const { streams = 10_000, children = 50, adds = 200, addsPerSecond = 50, idleMs = 5_000 } = options;
	await using server = await startNatsServer();
	const ending = options.signal && { signal: options.signal };
	await using parent = startNode(ending);
	await using tier = startNode(ending);
	await parent.ask({ type: "open", url: server.url, id: "parent", count: 1, streams });
	const snapshot = await tier.ask({ type: "open", url: server.url, id: "child", count: children, streams: 0 });
	const idle = await cpuDuring([parent, tier], () => pause(idleMs, undefined, ending));
	const busy = await cpuDuring([parent, tier], () =>
		parent.ask({ type: "announce", adds, perSecond: addsPerSecond }).then(() => pause(500, undefined, ending)),
	);
	const { seen = [] } = await tier.ask({ type: "seen" });
	const delays = slowestOfEach(seen, children);
	if (delays.length !== adds) throw new Error(`${adds} streams were added, ${delays.length} were seen by all`);
	return [
		{ name: `register: ${children} children, ${streams} streams, all synced`, value: snapshot.value, unit: "ms" },
		{ name: "announce to seen by all children, median", value: percentile(delays, 0.5), unit: "ms" },
		{ name: "announce to seen by all children, p99", value: percentile(delays, 0.99), unit: "ms" },
		{ name: "parent, idle", value: idle[0] ?? 0, unit: "CPU ms/s" },
		{ name: "each child, idle", value: (idle[1] ?? 0) / children, unit: "CPU ms/s" },
		{ name: `parent, ${addsPerSecond} adds/s`, value: busy[0] ?? 0, unit: "CPU ms/s" },
		{ name: `each child, ${addsPerSecond} adds/s`, value: (busy[1] ?? 0) / children, unit: "CPU ms/s" },
	];
}

type Node = AsyncDisposable & { ask(order: Order): Promise<Answer> };

function startNode(ending: { signal?: AbortSignal } = {}): Node {
	const child: ChildProcess = fork(fileURLToPath(import.meta.url), [NODE_ROLE], { ...ending, killSignal: "SIGKILL" });
	// Killed by the signal it says so; whoever waits for an answer hears of it.
	child.on("error", () => {});
	return {
		async ask(order) {
			const answered = once(child, "message");
			const ended = once(child, "exit").then(() => Promise.reject(new Error("a bench process ended")));
			child.send(order);
			const [answer] = await Promise.race([answered, ended]);
			return answer as Answer;
		},
		async [Symbol.asyncDispose]() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const ended = once(child, "exit");
			child.kill("SIGKILL");
			await ended;
		},
	};
}

/** CPU milliseconds per second of each process while `work` runs. */
async function cpuDuring(nodes: readonly Node[], work: () => Promise<unknown>): Promise<number[]> {
	const cpu = () => Promise.all(nodes.map(async (node) => (await node.ask({ type: "cpu" })).value));
	const before = await cpu();
	const from = performance.now();
	await work();
	const seconds = (performance.now() - from) / 1_000;
	return (await cpu()).map((after, index) => (after - (before[index] ?? 0)) / seconds);
}

/** For every stream that all children saw, the delay of the slowest. */
function slowestOfEach(seen: readonly [string, number][], children: number): number[] {
	const byKey = new Map<string, number[]>();
	for (const [key, delay] of seen) byKey.set(key, [...(byKey.get(key) ?? []), delay]);
	return [...byKey.values()].filter(({ length }) => length === children).map((delays) => Math.max(...delays));
}

/** A process of the bench: does what it is ordered and answers. */
function serveNode(): void {
	let directories: Directory[] = [];
	const seen: [string, number][] = [];
	const obey = async (order: Order): Promise<Answer> => {
		switch (order.type) {
			case "open": {
				const from = performance.now();
				directories = Array.from({ length: order.count }, (_, index) => openNode(order, `${order.id}-${index}`, seen));
				for (let index = 0; index < order.streams; index++) directories[0]?.announce(streamNamed(`s${index}`));
				if (order.id === "child") await allSynced(directories);
				return { value: performance.now() - from };
			}
			case "announce": {
				const from = performance.now();
				for (let index = 0; index < order.adds; index++) {
					await pause(Math.max(0, from + (index * 1_000) / order.perSecond - performance.now()));
					directories[0]?.announce(streamNamed(`add${index}`, [`${wallClock()}`]));
				}
				return { value: order.adds };
			}
			case "cpu": {
				const { user, system } = process.cpuUsage();
				return { value: (user + system) / 1_000 };
			}
			case "seen":
				return { value: seen.length, seen };
		}
	};
	process.on("message", (order: Order) => void obey(order).then((answer) => process.send?.(answer)));
}

function openNode({ url, id: kind }: Order & { type: "open" }, id: string, seen: [string, number][]): Directory {
	const directory = openNatsDirectory(
		{ servers: [url] },
		{
			cluster: "bench",
			self: {
				id,
				role: kind === "parent" ? "origin" : "edge",
				group: kind,
				rank: "primary",
				rtmp: "rtmp://127.0.0.1:1935",
				http: "http://127.0.0.1:8080",
				incarnation: newIncarnation(),
				version: "0.0.0",
			},
			follow: ({ group }) => kind === "child" && group === "parent",
			clock: systemClock,
			log: { info: () => {}, warn: () => {} },
			count: () => {},
		},
	);
	directory.on((change) => {
		if (change.type !== "stream-added" || !change.stream.key.startsWith("live/add")) return;
		seen.push([change.stream.key, wallClock() - Number(change.stream.codecs[0])]);
	});
	return directory;
}

async function allSynced(directories: readonly Directory[]): Promise<void> {
	while (!directories.every((directory) => directory.node("parent-0")?.synced)) await pause(2);
}

function streamNamed(name: string, codecs = ["avc1", "mp4a"]): StreamInfo {
	const key = parseStreamKey(`live/${name}`);
	if (key === undefined) throw new Error(`not a stream name: ${name}`);
	return { key, hops: ["parent-0"], codecs, since: new Date().toISOString() };
}

if (process.argv[2] === NODE_ROLE && process.send !== undefined) serveNode();
