import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Child, Exit } from "./child.ts";

/** Long enough to see that something was away, short enough not to wait for it. */
const RESTART_MS: Millis = 1_000;

/** Lines that say where and not what. */
const TRACE = /^\s+at |^\W*$|^Node\.js v/;

/** What happens to a process after it was first ready. */
export type Chronicle = {
	exited(about: { id: string; pid: number; exit: Exit; lastLines: readonly string[]; restarts: boolean }): void;
	/** It runs again and is ready. */
	restarted(id: string, pid: number): void;
};

export type SupervisedOptions = {
	id: string;
	clock: Clock;
	restarts: boolean;
	chronicle: Chronicle;
	/** Starts a new process. */
	launch(): Child;
	/** Resolves to the pid of what it is about once it is ready; rejects where it ends before. */
	ready(child: Child): Promise<number>;
};

/** One process of the lab: started, started again when it dies unasked, stopped for good. */
export class Supervised {
	readonly #options: SupervisedOptions;
	#child: Child | undefined;
	#pid = 0;
	#isStopping = false;
	#cancelRestart: Cancel = () => {};

	constructor(options: SupervisedOptions) {
		this.#options = options;
	}

	/** The pid of what it is about; of its last run when it is not running. */
	get pid(): number {
		return this.#pid;
	}

	/** Starts it the first time. Throws StartError with what it said last. */
	async start(): Promise<void> {
		const child = this.#launch();
		try {
			this.#pid = await this.#options.ready(child);
		} catch (error) {
			if (!(error instanceof StartError)) throw error;
			const said = child.lastLines().findLast((line) => !TRACE.test(line));
			throw new StartError(`${this.#options.id}: ${said || error.message}`, { cause: error });
		}
		void child.exited.then((exit) => this.#onExit(child, exit));
	}

	/** Does not start it again from now on. */
	giveUp(): void {
		this.#isStopping = true;
		this.#cancelRestart();
	}

	/** Asks it to stop; resolves when it is gone. */
	async stop(): Promise<void> {
		this.giveUp();
		// SIGINT: the whole mesh stops, so there is nobody to hand readers to.
		this.#child?.kill("SIGINT");
		await this.#child?.exited;
	}

	/** Ends it at once, frozen or not. */
	kill(): void {
		this.giveUp();
		this.#child?.kill("SIGKILL");
	}

	#launch(): Child {
		this.#child = this.#options.launch();
		this.#pid = this.#child.pid;
		return this.#child;
	}

	#onExit(child: Child, exit: Exit): void {
		if (this.#isStopping) return;
		const { id, restarts, chronicle, clock } = this.#options;
		chronicle.exited({ id, pid: this.#pid, exit, lastLines: child.lastLines(), restarts });
		if (restarts) this.#cancelRestart = clock.after(RESTART_MS, () => void this.#restart());
	}

	async #restart(): Promise<void> {
		const child = this.#launch();
		void child.exited.then((exit) => this.#onExit(child, exit));
		try {
			this.#pid = await this.#options.ready(child);
			this.#options.chronicle.restarted(this.#options.id, this.#pid);
		} catch (error) {
			// It ended before it was ready: `#onExit` sees to it.
			if (!(error instanceof StartError)) throw error;
		}
	}
}
