import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, createWriteStream, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { StartError } from "#shared/base/errors";
import { ownModule } from "../project.ts";

/** The newest output of a process is kept up to this size. */
const MAX_OUTPUT = 256 * 1024;
/** Last lines of a log, enough for an error with its trace. */
const LAST_LINES = 12;

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ChildOptions = {
	/** The arguments of the `millrace` command, or of `command`. */
	readonly args: readonly string[];
	/** The program and its first arguments. */
	readonly command?: readonly string[] | undefined;
	/** Further variables. Those of this process are passed on, without settings of services. */
	readonly env?: NodeJS.ProcessEnv | undefined;
	/** Gets its stderr, instead of `output` where nobody gets the lines; further runs add to it. */
	readonly logFile?: string | undefined;
	/** Gets its stderr by lines. */
	readonly onLine?: ((line: string) => void) | undefined;
};

/** The command that runs a module of this project as this process runs: from sources or compiled. */
export const ownProgram = (module: "main" | "lab/nats-keeper" = "main"): string[] => [
	process.execPath,
	...ownModule(module),
];

/** A child process. Unless it is frozen, it ends with this process, because its IPC channel breaks. */
export class Child implements AsyncDisposable {
	readonly process: ChildProcess;
	/** Resolves when it is gone and all its output is read. Never rejects. */
	readonly exited: Promise<Exit>;
	readonly #logFile: string | undefined;
	#output = "";
	#isOver = false;

	constructor({ args, command = ownProgram(), env = {}, logFile, onLine }: ChildOptions) {
		this.#logFile = onLine ? undefined : logFile;
		const log = this.#logFile === undefined ? "pipe" : openSync(this.#logFile, "a");
		const [program = "", ...first] = command;
		// It has its own process group. Ctrl-C reaches only this process, which then ends its children.
		this.process = spawn(program, [...first, ...args], {
			env: { ...cleanEnvironment(), ...env },
			detached: true,
			stdio: ["ignore", "ignore", log, "ipc"],
		});
		if (log !== "pipe") closeSync(log);
		const { stderr } = this.process;
		stderr?.on("data", (text: Buffer) => {
			this.#output = (this.#output + text.toString()).slice(-MAX_OUTPUT);
		});
		if (stderr && logFile !== undefined) stderr.pipe(createWriteStream(logFile, { flags: "a" }).on("error", () => {}));
		if (stderr && onLine) createInterface({ input: stderr }).on("line", onLine);
		this.exited = new Promise((resolve) => {
			const end = (code: number | null, signal: NodeJS.Signals | null): void => {
				this.#isOver = true;
				resolve({ code, signal });
			};
			this.process.once("close", end);
			// It was not started, so there is no exit to wait for.
			this.process.once("error", ({ message }) => {
				this.#output += message;
				if (this.process.pid === undefined) end(1, null);
			});
		});
	}

	/** 0 if it could not be started. */
	get pid(): number {
		return this.process.pid ?? 0;
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** What it wrote to stderr. */
	get output(): string {
		return this.#logFile === undefined || this.#output !== "" ? this.#output : readFileSync(this.#logFile, "utf8");
	}

	/** The end of its output. */
	get lastLines(): readonly string[] {
		return this.output.trimEnd().split("\n").slice(-LAST_LINES);
	}

	/** Sends a signal, unless it has ended. */
	signal(name: NodeJS.Signals): void {
		if (!this.#isOver) this.process.kill(name);
	}

	/** Its first message from now on. Throws StartError if it ends before. */
	async message(): Promise<unknown> {
		return await new Promise((resolve, reject) => {
			this.process.once("message", resolve);
			void this.exited.then(() => reject(new StartError("it ended before it was ready")));
		});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.signal("SIGKILL");
		await this.exited;
	}
}

/** The environment of this process without settings of services, which would reach every child. */
function cleanEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_")));
}
