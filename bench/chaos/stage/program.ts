import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { cleanEnvironment } from "../../../cli/lab/child.ts";
import { ownModule } from "../../../cli/project.ts";

/** A machine under load takes seconds to start a process. */
const READY_MS: Millis = 30_000;
/** Lines of stderr kept to show why a process ended. */
const LAST_LINES = 12;

export type ProgramOptions = {
	/** What the `millrace` command is given. */
	readonly args: readonly string[];
	readonly env?: NodeJS.ProcessEnv;
	/** Command in front of it, such as one that enters a network namespace and becomes the program there. */
	readonly inside?: readonly string[];
	/** Gets each line of stderr. */
	onLine?(line: string): void;
};

/** A `millrace` of the bench's own. It ends with this process, since its IPC channel breaks then, unless it is frozen. */
export class Program {
	/** Resolves when it is gone. */
	readonly exited: Promise<void>;
	readonly #process: ChildProcess;
	readonly #lastLines: string[] = [];
	#isOver = false;

	constructor({ args, env = {}, inside = [], onLine = () => {} }: ProgramOptions) {
		const [program = "", ...rest] = [...inside, process.execPath, ...ownModule("main"), ...args];
		// Own process group: Ctrl-C reaches the bench alone, which ends what it started.
		this.#process = spawn(program, rest, {
			env: { ...cleanEnvironment(), ...env },
			detached: true,
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		const { stderr } = this.#process;
		if (stderr) {
			createInterface({ input: stderr }).on("line", (line) => {
				this.#lastLines.push(line);
				if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
				onLine(line);
			});
		}
		this.exited = new Promise((resolve) => {
			const end = (): void => {
				this.#isOver = true;
				resolve();
			};
			this.#process.once("exit", end);
			this.#process.once("error", ({ message }) => {
				this.#lastLines.push(message);
				if (this.#process.pid === undefined) end();
			});
		});
	}

	/** 0 where it could not be started. */
	get pid(): number {
		return this.#process.pid ?? 0;
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** What it wrote to stderr last. */
	get lastWords(): string {
		return this.#lastLines.join("\n");
	}

	/** Its first message to the process that started it. Throws StartError where none comes. */
	async firstMessage(name: string): Promise<unknown> {
		let timer: NodeJS.Timeout | undefined;
		try {
			return await new Promise((resolve, reject) => {
				const fail = (why: string) => reject(new StartError(`${name} ${why}: ${this.lastWords || "it said nothing"}`));
				timer = setTimeout(() => fail(`was not ready within ${READY_MS} ms`), READY_MS);
				this.#process.once("message", resolve);
				void this.exited.then(() => fail("ended before it was ready"));
			});
		} finally {
			clearTimeout(timer);
		}
	}

	/** Sends a signal; nothing where it is over. */
	signal(name: NodeJS.Signals): void {
		if (!this.#isOver) this.#process.kill(name);
	}
}
