import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { PeerLostError, StartError } from "#shared/base/errors";

type Answer = { resolve(line: string): void; reject(error: Error): void };

/** A program that answers in lines. Disposing ends it, and so does the signal, which rejects what is asked. */
export class LineProgram implements AsyncDisposable {
	readonly #name: string;
	readonly #child: ChildProcessByStdio<Writable, Readable, null>;
	/** Said before anybody asked. */
	readonly #lines: string[] = [];
	readonly #waiting: Answer[] = [];
	#gone = false;

	constructor(program: string, args: readonly string[], signal: AbortSignal) {
		this.#name = program;
		this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], signal });
		createInterface({ input: this.#child.stdout }).on("line", (line) => this.#onLine(line));
		this.#child.once("error", () => this.#lost());
		this.#child.once("exit", () => this.#lost());
		this.#child.stdin.on("error", () => this.#lost());
	}

	/** Throws StartError where the program did not start. */
	get pid(): number {
		if (this.#child.pid === undefined) throw new StartError(`${this.#name} did not start`);
		return this.#child.pid;
	}

	/** The next line it says. Rejects with PeerLostError when it ends before that. */
	line(): Promise<string> {
		return new Promise((resolve, reject) => {
			const [said] = this.#lines.splice(0, 1);
			if (said !== undefined) resolve(said);
			else if (this.#gone) reject(this.#ended());
			else this.#waiting.push({ resolve, reject });
		});
	}

	/** Says a line to it; its answer. */
	ask(command: string): Promise<string> {
		const answer = this.line();
		this.#child.stdin.write(`${command}\n`);
		return answer;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#gone) return;
		const ended = once(this.#child, "close");
		this.#child.kill("SIGKILL");
		await ended;
	}

	#onLine(line: string): void {
		const waiting = this.#waiting.shift();
		if (waiting) waiting.resolve(line);
		else this.#lines.push(line);
	}

	#lost(): void {
		this.#gone = true;
		for (const { reject } of this.#waiting.splice(0)) reject(this.#ended());
	}

	#ended(): Error {
		return new PeerLostError(`${this.#name} ended in the middle of the bench`);
	}
}
