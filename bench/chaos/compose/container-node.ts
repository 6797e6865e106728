import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import { type ComposeProject, docker } from "../../../test/support/compose.ts";
import type { Chronicle } from "../stage/chronicle.ts";
import type { Role, SceneNode } from "../stage/scene.ts";
import { type Container, inspectContainer } from "./container.ts";
import { Turns } from "./turns.ts";

/** A machine under load takes seconds to start a container. */
const READY_MS: Millis = 30_000;
/** Longer than a node drains. */
const STOP_SECONDS = "20";

export type ContainerNodeOptions = {
	readonly project: ComposeProject;
	readonly chronicle: Chronicle;
	readonly signal: AbortSignal;
	/** The stream that is watched: what the log says of others is left out. */
	readonly key: string;
	/** Something went wrong with it that nobody did on purpose. */
	onTrouble(what: string): void;
};

/** A node that is a container. Its log goes to the chronicle as long as it runs. */
export class ContainerNode implements SceneNode {
	readonly container: string;
	readonly id: string;
	readonly role: Role;
	readonly names: readonly string[];
	readonly #options: ContainerNodeOptions;
	readonly #turns = new Turns();
	#address = "";
	#isUp = false;
	#isAsked = false;
	#isFrozen = false;
	#ended: Promise<void> = Promise.resolve();

	/** Takes a container that runs, and waits until its node listens. Throws StartError. */
	static async adopt(container: string, options: ContainerNodeOptions): Promise<ContainerNode> {
		const about = await inspectContainer(container);
		const node = new ContainerNode(container, about, options);
		await node.#follow(about);
		return node;
	}

	constructor(container: string, { id, role, group }: Container, options: ContainerNodeOptions) {
		this.container = container;
		this.id = id;
		this.role = role;
		this.names = [id, group, `${role}/${group}`];
		this.#options = options;
	}

	get isUp(): boolean {
		return this.#isUp;
	}

	get isFrozen(): boolean {
		return this.#isFrozen;
	}

	/** `rtmp://host:port` where this machine reaches it. */
	get rtmp(): string {
		return `rtmp://${this.#address}`;
	}

	async start(): Promise<void> {
		await this.#turns.take(() => docker(["start", this.container]));
		await this.#follow(await inspectContainer(this.container));
	}

	async kill(): Promise<void> {
		await this.#end(["kill", this.container]);
	}

	async drain(): Promise<void> {
		await this.#end(["stop", "--time", STOP_SECONDS, this.container]);
	}

	freeze(): void {
		this.#isFrozen = true;
		this.#aside("pause");
	}

	thaw(): void {
		this.#isFrozen = false;
		this.#aside("unpause");
	}

	/** Whether its end, from here on, is no trouble. */
	set mayEnd(may: boolean) {
		this.#isAsked = may;
	}

	/** Asks Docker where it is reached now: it is elsewhere after it was cut off from its network. */
	async locate(): Promise<void> {
		if (this.role !== "intermediate") this.#address = await this.#options.project.address(this.container, 1935);
	}

	async #end(command: readonly string[]): Promise<void> {
		this.#isAsked = true;
		await this.#turns.take(() => docker(command));
		await this.#ended;
	}

	#aside(command: "pause" | "unpause"): void {
		this.#turns
			.take(() => docker([command, this.container]))
			.catch((error: unknown) => this.#options.onTrouble(String(error)));
	}

	/** Reads its log from its start on, until it ends. */
	async #follow({ startedAt }: Container): Promise<void> {
		const { chronicle, signal, key, onTrouble } = this.#options;
		this.#isAsked = false;
		this.#isFrozen = false;
		this.#isUp = true;
		const logs = spawn("docker", ["logs", "--follow", "--since", startedAt, this.container], {
			stdio: ["ignore", "ignore", "pipe"],
		});
		createInterface({ input: logs.stderr }).on("line", (line) => {
			if (!line.includes('"key":') || line.includes(`"key":"${key}"`)) chronicle.note(line);
		});
		this.#ended = new Promise((resolve) => {
			logs.once("close", () => {
				this.#isUp = false;
				chronicle.forget(this);
				if (!this.#isAsked) onTrouble(`${this.id} ended by itself`);
				resolve();
			});
		});
		const since = Date.parse(startedAt);
		const listens = (): boolean =>
			!this.#isUp ||
			chronicle.lines.some(({ node, msg, time }) => node === this.id && msg === "listening" && time >= since);
		if (!(await chronicle.until(listens, READY_MS, signal)) || !this.#isUp) {
			throw new StartError(`${this.id} does not get to listen`);
		}
		await this.locate();
	}
}
