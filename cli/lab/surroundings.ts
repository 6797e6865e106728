import type { Clock } from "#shared/base/clock";
import type { Chronicle } from "./supervised.ts";

/** What every process of the lab is started with. */
export type Surroundings = {
	clock: Clock;
	/** Where its log and configuration go. */
	folder: string;
	/** Whether it is started again when it dies unasked. */
	restarts: boolean;
	chronicle: Chronicle;
	/** Who gets the lines of a process's log, if not a file. */
	logTo(id: string): ((line: string) => void) | undefined;
};
