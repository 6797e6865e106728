import { type ComposeProject, docker } from "./compose.ts";
import { Turns } from "./turns.ts";

/** All containers of the control plane. */
export const NATS_SERVICES = ["nats-1", "nats-2", "nats-3"] as const;

/** The control plane of a project: as a whole, or so many of its servers. */
export class NatsCluster {
	readonly #servers: readonly string[];
	readonly #onTrouble: (what: string) => void;
	readonly #turns = new Turns();

	static async of(project: ComposeProject, onTrouble: (what: string) => void): Promise<NatsCluster> {
		const found = await Promise.all(NATS_SERVICES.map((service) => project.containers(service)));
		return new NatsCluster(found.flat(), onTrouble);
	}

	constructor(servers: readonly string[], onTrouble: (what: string) => void) {
		this.#servers = servers;
		this.#onTrouble = onTrouble;
	}

	/** Kills the first so many; all where it is not said. */
	async stop(count?: number): Promise<void> {
		await this.#turns.take(() => docker(["kill", ...this.#servers.slice(0, count)]));
	}

	/** Starts those that are dead. */
	async restart(): Promise<void> {
		await this.#turns.take(() => docker(["start", ...this.#servers]));
	}

	pause(): void {
		this.#aside("pause");
	}

	resume(): void {
		this.#aside("unpause");
	}

	/** Makes good whatever was done to them. */
	async heal(): Promise<void> {
		await this.#turns.take(() => docker(["unpause", ...this.#servers]).catch(() => ""));
		await this.restart();
	}

	#aside(command: "pause" | "unpause"): void {
		this.#turns
			.take(() => docker([command, ...this.#servers]))
			.catch((error: unknown) => this.#onTrouble(String(error)));
	}
}
