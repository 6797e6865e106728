import { readdirSync, readFileSync } from "node:fs";

const KIB = 1024;
const NANOS_PER_MICRO = 1_000;

/**
 * User and system time a process has taken so far, in microseconds, on Linux. The scheduler's own count of every
 * thread, since /proc/PID/stat shows the same in steps of 10 ms.
 */
export function cpuMicros(pid: number): number {
	const tasks = `/proc/${pid}/task`;
	const nanos = readdirSync(tasks).map((task) => Number(readIfThere(`${tasks}/${task}/schedstat`).split(" ", 1)[0]));
	return nanos.reduce((sum, each) => sum + each, 0) / NANOS_PER_MICRO;
}

/** Memory that is a process' own, with its share of what it shares (PSS), in bytes, on Linux. */
export function memoryBytes(pid: number): number {
	const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
	return kib === undefined ? Number.NaN : Number(kib) * KIB;
}

/** A thread may end while it is looked at. */
function readIfThere(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "0";
	}
}
