import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { StartError } from "#shared/base/errors";

/** Last lines of a log, enough for an error with its trace. */
const LAST_LINES = 12;

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ChildOptions = {
	/** Node's arguments: the module and what it is given. */
	readonly args: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	/** Where its stderr goes; further runs add to it. */
	readonly logFile: string;
	/** Gets its stderr by lines, instead of the file. */
	readonly onLine?: ((line: string) => void) | undefined;
};

/** A Node process of ours. It ends by itself when this process does, since its IPC channel then breaks. */
export class Child {
	/** Resolves when it is gone; never rejects. */
	readonly exited: Promise<Exit>;
	/** Its first message; rejects with StartError where it ends before. */
	readonly firstMessage: Promise<unknown>;
	readonly #process: ChildProcess;
	readonly #options: ChildOptions;
	readonly #lines: string[] = [];
	#hasExited = false;

	constructor(options: ChildOptions) {
		this.#options = options;
		const log = options.onLine ? undefined : openSync(options.logFile, "a");
		// Own process group: Ctrl-C reaches the lab alone, which stops its children in order.
		this.#process = spawn(process.execPath, options.args, {
			env: options.env,
			detached: true,
			stdio: ["ignore", "ignore", log ?? "pipe", "ipc"],
		});
		if (log !== undefined) closeSync(log);
		const { stderr } = this.#process;
		if (stderr) createInterface({ input: stderr }).on("line", (line) => this.#onLine(line));
		this.exited = new Promise((resolve) => {
			this.#process.once("exit", (code, signal) => {
				this.#hasExited = true;
				resolve({ code, signal });
			});
			// Not even started: there is no exit to wait for.
			this.#process.once("error", (error) => {
				this.#lines.push(error.message);
				if (this.#process.pid === undefined) resolve({ code: 1, signal: null });
			});
		});
		this.firstMessage = new Promise((resolve, reject) => {
			this.#process.once("message", resolve);
			void this.exited.then(() => reject(new StartError("it ended before it was ready")));
		});
		// It is for those who wait for it, and no mistake where nobody does.
		this.firstMessage.catch(() => {});
	}

	get pid(): number {
		return this.#process.pid ?? 0;
	}

	get hasExited(): boolean {
		return this.#hasExited;
	}

	kill(signal: NodeJS.Signals): void {
		if (!this.#hasExited) this.#process.kill(signal);
	}

	/** What it wrote last. */
	lastLines(): string[] {
		if (this.#options.onLine || this.#lines.length > 0) return this.#lines;
		const text = readFileSync(this.#options.logFile, "utf8");
		return text.trimEnd().split("\n").slice(-LAST_LINES);
	}

	#onLine(line: string): void {
		this.#lines.push(line);
		if (this.#lines.length > LAST_LINES) this.#lines.shift();
		this.#options.onLine?.(line);
	}
}

/** This process's environment without settings of a service of ours, which would reach every child. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_")));
}
