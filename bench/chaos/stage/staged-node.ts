import { z } from "zod";
import { environmentOf, type Ports } from "../../../cli/lab/plan.ts";
import type { PreparedNode } from "./nodes.ts";
import { Program } from "./program.ts";
import type { Role, SceneNode } from "./scene.ts";

/** Where a node of the stage listens, and how one gets there. */
export type Place = {
	readonly host: string;
	/** Command that enters the place; empty for this machine's own network. */
	readonly inside: readonly string[];
};

export type StagedNodeOptions = PreparedNode & {
	/** URL of the nats-server. */
	readonly nats: string;
	readonly place: Place;
	onLine(line: string): void;
	/** It ended, asked to or not. */
	onExit(node: StagedNode, wasAsked: boolean): void;
};

const readyMessage = z.object({ event: z.literal("ready"), rtmp: z.url(), http: z.url() });
const portOf = (url: string): number => Number(new URL(url).port);

/** One service of the stage: on the same ports each time it is started. */
export class StagedNode implements SceneNode {
	readonly id: string;
	readonly role: Role;
	readonly #group: string;
	readonly #options: StagedNodeOptions;
	#ports: Ports = { rtmp: 0, http: 0 };
	#program: Program | undefined;
	#isAsked = false;
	#isFrozen = false;

	constructor(options: StagedNodeOptions) {
		const { id, role, settings } = options.planned;
		this.id = id;
		this.role = role;
		this.#group = z.object({ group: z.string() }).parse(settings["node"]).group;
		this.#options = options;
	}

	get names(): readonly string[] {
		return [this.id, this.#group, `${this.role}/${this.#group}`, `${this.#options.place.host}:${this.#ports.rtmp}`];
	}

	/** It runs, be it frozen. */
	get isUp(): boolean {
		return this.#program !== undefined && !this.#program.isOver;
	}

	get isFrozen(): boolean {
		return this.#isFrozen;
	}

	/** `rtmp://host:port` once it was started. */
	get rtmp(): string {
		return `rtmp://${this.#options.place.host}:${this.#ports.rtmp}`;
	}

	/** `http://host:port` once it was started. */
	get http(): string {
		return `http://${this.#options.place.host}:${this.#ports.http}`;
	}

	/** Of the process that runs it now, or ran it last. */
	get pid(): number {
		return this.#program?.pid ?? 0;
	}

	/** What it wrote to stderr last. */
	get lastWords(): string {
		return this.#program?.lastWords ?? "";
	}

	/** Starts it and waits until it listens. Throws StartError. */
	async start(): Promise<void> {
		const { planned, config, nats, place, env, onLine, onExit } = this.#options;
		this.#isAsked = false;
		this.#isFrozen = false;
		const program = new Program({
			args: [this.role, "--config", config],
			inside: place.inside,
			env: {
				...environmentOf(planned, nats, this.#ports),
				MILLRACE_RTMP_HOST: place.host,
				MILLRACE_HTTP_HOST: place.host,
				...env,
			},
			onLine,
		});
		this.#program = program;
		void program.exited.then(() => onExit(this, this.#isAsked));
		const { rtmp, http } = readyMessage.parse(await program.firstMessage(this.id));
		this.#ports = { rtmp: portOf(rtmp), http: portOf(http) };
	}

	/** Ends it at once; done when it is gone. */
	async kill(): Promise<void> {
		this.#isAsked = true;
		this.#program?.signal("SIGKILL");
		await this.#program?.exited;
	}

	/** Ends it at once, without waiting. */
	destroy(): void {
		this.#isAsked = true;
		this.#program?.signal("SIGKILL");
	}

	/** Asks it to hand over its readers and go; done when it is gone. */
	async drain(): Promise<void> {
		this.#isAsked = true;
		this.#program?.signal("SIGTERM");
		await this.#program?.exited;
	}

	freeze(): void {
		this.#isFrozen = true;
		this.#program?.signal("SIGSTOP");
	}

	thaw(): void {
		this.#isFrozen = false;
		this.#program?.signal("SIGCONT");
	}
}
