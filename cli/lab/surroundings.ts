import type { Supervisor } from "./supervisor.ts";

/** The options that all processes of the lab share. */
export type Surroundings = {
	/** The folder for its log and configuration. */
	folder: string;
	supervisor: Supervisor;
	/** Gets the log lines of a process, instead of a file. */
	logTo(id: string): ((line: string) => void) | undefined;
};
