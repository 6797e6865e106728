import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Exit } from "../processes/child.ts";
import type { Restartable } from "../processes/restartable.ts";

/** Long enough to see that a process was away, short enough not to wait for it. */
const RESTART_MS: Millis = 1_000;

/** Events of a process after it was ready for the first time. */
export type Chronicle = {
	exited(about: { id: string; pid: number; exit: Exit; lastLines: readonly string[]; restarts: boolean }): void;
	/** It runs again and is ready. */
	restarted(id: string, pid: number): void;
};

export type SupervisorOptions = { clock: Clock; restarts: boolean; chronicle: Chronicle };

/** Starts the processes of a lab, and restarts a process that dies by itself. */
export class Supervisor {
	readonly #options: SupervisorOptions;
	readonly #pending = new Set<Cancel>();
	/** Those that were ready once. */
	readonly #known = new Set<Restartable>();
	#isOver = false;

	constructor(options: SupervisorOptions) {
		this.#options = options;
	}

	/** Starts a process for the first time. Throws StartError with its last words. */
	async start(process: Restartable): Promise<void> {
		await process.start();
		this.#known.add(process);
		if (!process.isUp) this.onExit(process, await process.program.exited, false);
	}

	/** Call it when a process has ended. */
	onExit(process: Restartable, exit: Exit, wasAsked: boolean): void {
		if (this.#isOver || wasAsked || !this.#known.has(process)) return;
		const { restarts, chronicle, clock } = this.#options;
		const { id, pid, program } = process;
		chronicle.exited({ id, pid, exit, lastLines: program.lastLines, restarts });
		if (!restarts) return;
		const cancel = clock.after(RESTART_MS, () => {
			this.#pending.delete(cancel);
			void this.#restart(process);
		});
		this.#pending.add(cancel);
	}

	/** From now on no process is restarted. */
	giveUp(): void {
		this.#isOver = true;
		for (const cancel of this.#pending) cancel();
	}

	async #restart(process: Restartable): Promise<void> {
		try {
			await process.start();
			this.#options.chronicle.restarted(process.id, process.pid);
		} catch (error) {
			// It ended before it was ready. `onExit` handles that.
			if (!(error instanceof StartError)) throw error;
		}
	}
}
