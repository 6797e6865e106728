import type { Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Exit } from "./child.ts";

/** Lines that say where an error was, not what it was. */
const TRACE = /^\s+at |^\W*$|^Node\.js v/;

/** One run of something: a process, or a container. */
export interface Running {
	/** 0 if it is not a process of this machine. */
	readonly pid: number;
	readonly isOver: boolean;
	/** Resolves when it is gone; never rejects. */
	readonly exited: Promise<Exit>;
	/** What it wrote last. */
	readonly lastLines: readonly string[];
	signal(name: NodeJS.Signals): void;
}

export type RestartableOptions<R extends Running> = {
	readonly id: string;
	launch(): R;
	/** Resolves to the pid of the program itself when it is ready. Throws StartError if it ends before. */
	ready(program: R): Promise<number>;
	/** How long that may take. Default: for ever. */
	readonly readyMs?: Millis | undefined;
	/** It ended, on request or by itself. */
	onExit?(exit: Exit, wasAsked: boolean): void;
};

/** A program that can be started, frozen and ended again and again. */
export class Restartable<R extends Running = Running> {
	readonly id: string;
	readonly #options: RestartableOptions<R>;
	#program: R | undefined;
	#pid = 0;
	#isAsked = false;
	#isFrozen = false;

	constructor(options: RestartableOptions<R>) {
		this.id = options.id;
		this.#options = options;
	}

	/** The pid of the program itself, now or in its last run. */
	get pid(): number {
		return this.#pid;
	}

	/** It runs, also if it is frozen. */
	get isUp(): boolean {
		return this.#program?.isOver === false;
	}

	get isFrozen(): boolean {
		return this.#isFrozen;
	}

	/** The present or last run. Throws if it was never started. */
	get program(): R {
		if (!this.#program) throw new StartError(`${this.id} was never started`);
		return this.#program;
	}

	/** Whether its end was requested. */
	set mayEnd(may: boolean) {
		this.#isAsked = may;
	}

	/** Starts it and waits until it is ready. Throws StartError with its last words. */
	async start(): Promise<void> {
		const { launch, onExit = () => {} } = this.#options;
		this.#isAsked = false;
		this.#isFrozen = false;
		const program = launch();
		this.#program = program;
		this.#pid = program.pid;
		void program.exited.then((exit) => onExit(exit, this.#isAsked));
		try {
			this.#pid = await this.#ready(program);
		} catch (error) {
			if (!(error instanceof StartError)) throw error;
			const said = program.lastLines.findLast((line) => !TRACE.test(line));
			throw new StartError(`${this.id}: ${said || error.message}`, { cause: error });
		}
	}

	/** Asks it to end by a signal. Resolves when it is gone. */
	async stop(name: NodeJS.Signals): Promise<void> {
		this.#isAsked = true;
		this.#program?.signal(name);
		await this.#program?.exited;
	}

	/** Ends it at once. Resolves when it is gone. */
	kill(): Promise<void> {
		return this.stop("SIGKILL");
	}

	/** Asks a node to hand over its readers and stop. Resolves when it is gone. */
	drain(): Promise<void> {
		return this.stop("SIGTERM");
	}

	freeze(): void {
		this.#isFrozen = true;
		this.#program?.signal("SIGSTOP");
	}

	thaw(): void {
		this.#isFrozen = false;
		this.#program?.signal("SIGCONT");
	}

	async #ready(program: R): Promise<number> {
		const { ready, readyMs } = this.#options;
		if (readyMs === undefined) return await ready(program);
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, reject) => {
			timer = setTimeout(() => reject(new StartError(`it was not ready within ${readyMs} ms`)), readyMs);
		});
		try {
			return await Promise.race([ready(program), late]);
		} finally {
			clearTimeout(timer);
		}
	}
}
