import { Worker } from "node:worker_threads";

/** An input that has not ended after so long is taken not to end at all. */
const STUCK_MS = 10_000;

// A loop that does not end blocks this thread, so another one watches; it writes and kills without asking this one.
const CODE = `
	const { workerData: { cells, names, seed } } = require("node:worker_threads");
	const { writeSync } = require("node:fs");
	let before = "";
	setInterval(() => {
		const now = Atomics.load(cells, 0) + "/" + Atomics.load(cells, 1);
		if (now !== before) { before = now; return; }
		const target = names[Atomics.load(cells, 0)];
		writeSync(2, "find: " + target + " does not end; run again with --seed " + seed + " --only " + target + " --at " + Atomics.load(cells, 1) + "\\n");
		process.kill(process.pid, "SIGKILL");
	}, ${STUCK_MS});
`;

/** Ends the process, and says which input it was, when `working` is not called for ten seconds, until it is disposed of. */
export function startWatchdog(names: readonly string[], seed: number) {
	const cells = new Int32Array(new SharedArrayBuffer(8));
	const worker = new Worker(CODE, { eval: true, execArgv: [], workerData: { cells, names, seed } });
	return {
		working(target: number, index: number): void {
			Atomics.store(cells, 0, target);
			Atomics.store(cells, 1, index);
		},
		async [Symbol.asyncDispose](): Promise<void> {
			await worker.terminate();
		},
	};
}
