import type { Supervisor } from "./supervisor.ts";

/** What every process of the lab is started with. */
export type Surroundings = {
	/** Where its log and configuration go. */
	folder: string;
	supervisor: Supervisor;
	/** Who gets the lines of a process's log besides its file. */
	logTo(id: string): ((line: string) => void) | undefined;
};
