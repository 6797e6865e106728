import type { Supervisor } from "./supervisor.ts";

/** The options that all processes of the lab share. */
export type Surroundings = {
	/** The folder for its log and configuration. */
	folder: string;
	supervisor: Supervisor;
	/** Who gets the lines of a process's log besides its file. */
	logTo(id: string): ((line: string) => void) | undefined;
};
