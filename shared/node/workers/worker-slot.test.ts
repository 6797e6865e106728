import cluster, { type Worker } from "node:cluster";
import { EventEmitter } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { silentLogger } from "#shared/base/runtime";
import type { Ready, ToWorker } from "./worker-messages.ts";
import { WorkerSlot } from "./worker-slot.ts";

const READY: Ready = {
	event: "ready",
	id: "e-w1",
	role: "edge",
	rtmp: "rtmp://a:1",
	http: "http://a:2",
	admin: "http://a:2",
};

/** A worker that does what the test says. */
class FakeWorker extends EventEmitter {
	readonly told: ToWorker[] = [];
	readonly signals: string[] = [];
	readonly process = { pid: 1, kill: (signal: string) => void this.signals.push(signal) };
	isConnected = () => true;
	send = (message: ToWorker) => void this.told.push(message);
	ready = () => void this.emit("message", READY);
	exit = (code: number | null, signal: string | null = null) => void this.emit("exit", code, signal);
}

afterEach(() => {
	vi.restoreAllMocks();
});

function setUp() {
	const clock = new ManualClock();
	const workers: FakeWorker[] = [];
	vi.spyOn(cluster, "fork").mockImplementation(() => {
		const worker = new FakeWorker();
		workers.push(worker);
		return worker as unknown as Worker;
	});
	const counts = { restarts: 0, left: 0 };
	const slot = new WorkerSlot({
		number: 1,
		clock,
		log: silentLogger(),
		task: () => "task",
		isInPlace: ({ rtmp }) => rtmp === READY.rtmp,
		onMessage: () => {},
		onRestart: () => counts.restarts++,
		onLeft: () => counts.left++,
	});
	const started = slot.start();
	const newest = (): FakeWorker => workers.at(-1) ?? new FakeWorker();
	return { clock, workers, counts, slot, started, newest };
}

test("a worker gets its task, and is started once its doors are open", async () => {
	const { slot, started, newest } = setUp();
	newest().emit("message", { event: "joined" });
	expect(newest().told).toEqual([{ event: "task", task: "task" }]);
	expect(slot.isReady).toBe(false);
	newest().ready();
	expect(await started).toEqual(READY);
	expect(slot.isReady).toBe(true);
});

test.for([
	{ name: "says why", said: "the port is taken", want: "the port is taken" },
	{ name: "just ends", said: undefined, want: "worker 1: it ended by status 1 before it was ready" },
])("a worker that cannot start and $name is not started again", async ({ said, want }) => {
	const { clock, workers, started, newest } = setUp();
	if (said !== undefined) newest().emit("message", { event: "failed", message: said });
	newest().exit(1);
	await expect(started).rejects.toThrow(want);
	clock.advance(100_000);
	expect(workers).toHaveLength(1);
});

test("one that keeps dying is started again later each time, soon again after a life of a minute", async () => {
	const { clock, workers, counts, newest } = setUp();
	newest().ready();
	for (const wait of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
		newest().exit(null, "SIGKILL");
		const before = workers.length;
		clock.advance(wait - 1);
		expect(workers).toHaveLength(before);
		clock.advance(1);
		expect(workers).toHaveLength(before + 1);
	}
	expect(counts.restarts).toBe(7);
	newest().ready();
	for (let second = 0; second < 60; second++) {
		clock.advance(1000);
		newest().emit("message", { event: "pong" });
	}
	newest().exit(1);
	clock.advance(1000);
	expect(counts.restarts).toBe(8);
});

test("one that answers no ping for ten seconds is killed, one that does lives on", () => {
	const { clock, newest } = setUp();
	newest().ready();
	for (let second = 0; second < 30; second++) {
		clock.advance(1000);
		newest().emit("message", { event: "pong" });
	}
	expect(newest().signals).toEqual([]);
	clock.advance(10_000);
	expect(newest().signals).toEqual([]);
	clock.advance(1000);
	expect(newest().signals).toEqual(["SIGKILL"]);
});

test("one that was told to end by somebody else is not started again", () => {
	const { clock, workers, counts, newest } = setUp();
	newest().ready();
	newest().exit(0);
	clock.advance(100_000);
	expect([workers.length, counts.left]).toEqual([1, 1]);
});

test("one that comes back somewhere else than the others is sent away and tries again", () => {
	const { clock, workers, newest } = setUp();
	newest().ready();
	newest().exit(1);
	clock.advance(1000);
	newest().emit("message", { ...READY, rtmp: "rtmp://a:9" });
	expect(newest().signals).toEqual(["SIGKILL"]);
	newest().exit(null, "SIGKILL");
	clock.advance(2000);
	expect(workers).toHaveLength(3);
});

test("stopped, it is not started again: neither one that runs nor one that waits", async () => {
	const running = setUp();
	running.newest().ready();
	const gone = running.slot.stop("SIGTERM");
	expect(running.newest().signals).toEqual(["SIGTERM"]);
	running.newest().exit(0);
	await gone;
	const waiting = setUp();
	waiting.newest().ready();
	waiting.newest().exit(1);
	await waiting.slot.stop("SIGINT");
	for (const { clock, workers } of [running, waiting]) {
		clock.advance(100_000);
		expect(workers).toHaveLength(1);
	}
});
