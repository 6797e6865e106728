import { type ChildProcess, spawn } from "node:child_process";

/** What a program says is kept up to this, its newest words. */
const MAX_OUTPUT = 256 * 1024;

/** How a program is started. */
export type ProgramOptions = {
	/** The apt packages that bring it, named where it is missing. */
	readonly apt: string;
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Opens a channel for messages, as `fork` does. */
	readonly ipc?: boolean;
};

/** How a program ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A running program. Disposing kills it and waits until it is gone. */
export class Program implements AsyncDisposable {
	readonly name: string;
	readonly child: ChildProcess;
	/** Resolves when it ended; rejects where it could not be started. */
	readonly exited: Promise<Exit>;
	#output = "";
	#isOver = false;

	constructor(name: string, args: readonly string[], { apt, cwd, env, ipc = false }: ProgramOptions) {
		this.name = name;
		this.child = spawn(name, args, {
			stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
			...(cwd !== undefined && { cwd }),
			...(env !== undefined && { env }),
		});
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.on("data", (text: Buffer) => {
				this.#output = (this.#output + text.toString()).slice(-MAX_OUTPUT);
			});
		}
		this.exited = new Promise((resolve, reject) => {
			this.child.once("error", (error: NodeJS.ErrnoException) => {
				this.#isOver = true;
				const isMissing = error.code === "ENOENT";
				reject(isMissing ? new Error(`${name} is not installed: run apt-get install ${apt}`) : error);
			});
			this.child.once("close", (code, signal) => {
				this.#isOver = true;
				resolve({ code, signal });
			});
		});
		this.exited.catch(() => {});
	}

	/** What it wrote to stdout and stderr. */
	get output(): string {
		return this.#output;
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** Sends a signal; does nothing where it has ended. */
	signal(signal: NodeJS.Signals): void {
		if (!this.#isOver) this.child.kill(signal);
	}

	/** Waits for the end; throws with its words where it ends otherwise than with status 0. */
	async succeeded(): Promise<void> {
		const { code, signal } = await this.exited;
		if (code !== 0) throw new Error(`${this.name} ended with ${signal ?? `status ${code}`}: ${this.output}`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.signal("SIGKILL");
		await this.exited.catch(() => {});
	}
}
