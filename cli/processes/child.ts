import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, createWriteStream, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { StartError } from "#shared/base/errors";
import { ownModule } from "../project.ts";

/** What a process says is kept up to this, its newest words. */
const MAX_OUTPUT = 256 * 1024;
/** Last lines of a log, enough for an error with its trace. */
const LAST_LINES = 12;

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ChildOptions = {
	/** What the `millrace` command is given, unless `command` says otherwise. */
	readonly args: readonly string[];
	/** The program and its first arguments. */
	readonly command?: readonly string[] | undefined;
	/** Variables besides those of this process that are no setting of a service. */
	readonly env?: NodeJS.ProcessEnv | undefined;
	/** Gets its stderr, instead of `output` where nobody gets the lines; further runs add to it. */
	readonly logFile?: string | undefined;
	/** Gets its stderr by lines. */
	readonly onLine?: ((line: string) => void) | undefined;
};

/** The command that runs one of our own modules the way this process runs: from sources or compiled. */
export const ownProgram = (module: "main" | "lab/nats-keeper" = "main"): string[] => [
	process.execPath,
	...ownModule(module),
];

/** A process of ours. It ends by itself when this one does, since its IPC channel then breaks, unless it is frozen. */
export class Child implements AsyncDisposable {
	readonly process: ChildProcess;
	/** Resolves when it is gone and all it wrote is read; never rejects. */
	readonly exited: Promise<Exit>;
	readonly #logFile: string | undefined;
	#output = "";
	#isOver = false;

	constructor({ args, command = ownProgram(), env = {}, logFile, onLine }: ChildOptions) {
		this.#logFile = onLine ? undefined : logFile;
		const log = this.#logFile === undefined ? "pipe" : openSync(this.#logFile, "a");
		const [program = "", ...first] = command;
		// Own process group: Ctrl-C reaches this process alone, which ends what it started.
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
			// Not even started: there is no exit to wait for.
			this.process.once("error", ({ message }) => {
				this.#output += message;
				if (this.process.pid === undefined) end(1, null);
			});
		});
	}

	/** 0 where it could not be started. */
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

	/** What it wrote last. */
	get lastLines(): readonly string[] {
		return this.output.trimEnd().split("\n").slice(-LAST_LINES);
	}

	/** Sends a signal; nothing where it is over. */
	signal(name: NodeJS.Signals): void {
		if (!this.#isOver) this.process.kill(name);
	}

	/** Its first message from now on. Throws StartError where it ends before. */
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

/** This process's environment without settings of a service of ours, which would reach every child. */
function cleanEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_")));
}
