import { setMaxListeners } from "node:events";
import { CommanderError } from "commander";
import { MeshError } from "#shared/base/errors";
import { stopSignal } from "../../cli/stop-signal.ts";
import { note } from "../../cli/terminal.ts";

/** Not all is well, or it could not be found out. */
export const FAILED = 1;
const WRONG_USAGE = 2;
/** Ended by Ctrl-C, as shells say it. */
const INTERRUPTED = 130;

/** The exit status of `work`, which Ctrl-C and SIGTERM abort; what it throws is told in a sentence. */
export async function commandLine(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
	const signal = stopSignal();
	// Everything that waits for something listens to it.
	setMaxListeners(0, signal);
	try {
		return await work(signal);
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
		if (signal.aborted) return INTERRUPTED;
		note(error instanceof MeshError ? error.message : error instanceof Error ? (error.stack ?? "") : String(error));
		return FAILED;
	}
}
