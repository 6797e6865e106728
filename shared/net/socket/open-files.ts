import { readFileSync } from "node:fs";

const SOFT_LIMIT = /^Max open files\s+(\d+)/m;

let known: number | undefined;

/** How many files and sockets this process may have open; Infinity where the system does not say. Node has raised it as far as it may. */
export function openFilesLimit(): number {
	known ??= read();
	return known;
}

function read(): number {
	try {
		return Number(SOFT_LIMIT.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Number.POSITIVE_INFINITY);
	} catch {
		// No such file on this system.
		return Number.POSITIVE_INFINITY;
	}
}
