import { readFileSync } from "node:fs";

const SOFT_LIMIT = /^Max open files\s+(\d+)/m;

let known: number | undefined;

/** How many files and sockets this process may have open; Infinity if the system does not say. Node has raised the limit as far as it may. */
export function openFilesLimit(): number {
	known ??= read();
	return known;
}

function read(): number {
	try {
		return Number(SOFT_LIMIT.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Number.POSITIVE_INFINITY);
	} catch {
		// This system has no such file.
		return Number.POSITIVE_INFINITY;
	}
}
