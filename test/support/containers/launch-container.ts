import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { StartError } from "#shared/base/errors";
import type { Exit } from "../../../cli/processes/child.ts";
import type { Launcher, Listening, RunningNode } from "../../../cli/processes/launcher.ts";
import { type ComposeProject, docker } from "./compose.ts";
import { inspectContainer } from "./container.ts";
import { Turns } from "./turns.ts";

/** Longer than a node drains. */
const STOP_SECONDS = "20";
/** Lines of its log kept to show why it ended. */
const LAST_LINES = 12;
/** What its node writes once its doors are open. */
const LISTENING = '"msg":"listening"';

/** What a process's signals are to a container. */
const COMMANDS: Readonly<Partial<Record<NodeJS.Signals, readonly string[]>>> = {
	SIGKILL: ["kill"],
	SIGTERM: ["stop", "--time", STOP_SECONDS],
	SIGSTOP: ["pause"],
	SIGCONT: ["unpause"],
};

export type ContainerOptions = {
	readonly project: ComposeProject;
	/** Docker did not do what was asked. */
	onTrouble(what: string): void;
};

/** Whether it has ports that this machine reaches, and who gets its log. */
type Options = ContainerOptions & { readonly isReached: boolean; onLine?(line: string): void };

/** Starts a container of a node where it does not run, and follows its log to its end. */
export const containers =
	(container: string, options: Omit<Options, "onLine">): Launcher<RunningContainer> =>
	({ onLine }) =>
		new RunningContainer(container, { ...options, ...(onLine && { onLine }) });

/** One run of a container. */
export class RunningContainer implements RunningNode {
	/** It is none of this machine's processes. */
	readonly pid = 0;
	readonly exited: Promise<Exit>;
	readonly lastLines: string[] = [];
	isOver = false;
	readonly #container: string;
	readonly #options: Options;
	readonly #turns = new Turns();
	readonly #opened: Promise<void>;
	#onOpened: () => void = () => {};

	constructor(container: string, options: Options) {
		this.#container = container;
		this.#options = options;
		const isOpen = new Promise<void>((resolve) => {
			this.#onOpened = resolve;
		});
		this.exited = this.#turns
			.take(() => docker(["start", container]))
			.then(
				() => this.#follow(),
				(error: unknown) => this.#end(String(error)),
			);
		const ended = this.exited.then(() => Promise.reject(new StartError("it ended before it was ready")));
		this.#opened = Promise.race([isOpen, ended]);
		this.#opened.catch(() => {});
	}

	/** A port is another one after each start, and after the container was out of its network. */
	async listening(): Promise<Listening> {
		await this.#opened;
		const { isReached, project } = this.#options;
		if (!isReached) return { event: "ready", rtmp: "", http: "", admin: "" };
		const rtmp = `rtmp://${await project.address(this.#container, 1935)}`;
		return { event: "ready", rtmp, http: "", admin: "" };
	}

	/** In the order they were asked for. */
	signal(name: NodeJS.Signals): void {
		const command = COMMANDS[name];
		if (!command || this.isOver) return;
		this.#turns
			.take(() => docker([...command, this.#container]))
			.catch((error: unknown) => this.#options.onTrouble(String(error)));
	}

	/** Reads its log from its start on, until it ends. */
	async #follow(): Promise<Exit> {
		const { startedAt } = await inspectContainer(this.#container);
		const logs = spawn("docker", ["logs", "--follow", "--since", startedAt, this.#container], {
			stdio: ["ignore", "ignore", "pipe"],
		});
		createInterface({ input: logs.stderr }).on("line", (line) => this.#onLine(line));
		await new Promise((resolve) => logs.once("close", resolve));
		return this.#end();
	}

	#onLine(line: string): void {
		this.lastLines.push(line);
		if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
		this.#options.onLine?.(line);
		if (line.includes(LISTENING)) this.#onOpened();
	}

	#end(why?: string): Exit {
		if (why !== undefined) this.lastLines.push(why);
		this.isOver = true;
		return { code: null, signal: null };
	}
}
