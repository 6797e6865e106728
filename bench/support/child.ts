import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A process asked to end has this long before it is killed. */
const FAREWELL_MS = 3_000;

/** Ends a process we started, by its id; done when it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, "exit");
	child.kill("SIGTERM");
	const timer = setTimeout(() => child.kill("SIGKILL"), FAREWELL_MS);
	await ended;
	clearTimeout(timer);
}
