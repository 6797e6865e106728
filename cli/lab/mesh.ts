import { join } from "node:path";
import { stringify } from "yaml";
import { type Millis, systemClock } from "#shared/base/clock";
import { processes } from "../processes/launcher.ts";
import { MeshNode } from "../processes/mesh-node.ts";
import { environmentOf, type PlannedNode } from "../processes/plan.ts";
import type { Restartable } from "../processes/restartable.ts";
import { aborted } from "../stop-signal.ts";
import { demoProcess } from "./demo-process.ts";
import type { LabNode } from "./lab-node.ts";
import { NatsProcess } from "./nats-process.ts";
import type { Surroundings } from "./surroundings.ts";

/** A process that has not stopped by then is frozen or broken. */
const STOP_MS: Millis = 5_000;

/** The processes of a lab. Disposing stops all of them in reverse order. */
export class Mesh implements AsyncDisposable {
	readonly #around: Surroundings;
	readonly #nats: NatsProcess;
	#nodes: readonly MeshNode[] = [];
	/** What was started. Each may stop only after those behind it. */
	readonly #tiers: Restartable[][] = [];

	/** Throws StartError if there is no nats-server. */
	constructor(around: Surroundings) {
		this.#around = around;
		this.#nats = new NatsProcess(around);
	}

	get nats(): { url: string; pid: number } {
		return { url: this.#nats.url, pid: this.#nats.process.pid };
	}

	/** The running nodes, from the top down. */
	get nodes(): LabNode[] {
		return this.#nodes.map(({ id, role, pid, rtmp, http }) => ({ id, role, pid, rtmp, http }));
	}

	/** Starts the control plane; resolves also when the signal aborts. Throws StartError. */
	async startNats(stop: AbortSignal): Promise<void> {
		this.#tiers.push([this.#nats.process]);
		await Promise.race([this.#around.supervisor.start(this.#nats.process), aborted(stop)]);
	}

	/** Starts all nodes at once; resolves also when the signal aborts. Throws StartError. */
	async startNodes(nodes: readonly PlannedNode[], stop: AbortSignal): Promise<void> {
		const { supervisor } = this.#around;
		this.#nodes = nodes.map((node) => this.#node(node));
		for (const role of ["origin", "intermediate", "edge"]) {
			this.#tiers.push(this.#nodes.filter((node) => node.role === role));
		}
		await Promise.race([Promise.all(this.#nodes.map((node) => supervisor.start(node))), aborted(stop)]);
	}

	/** Starts to publish the demo to every origin. */
	async startDemo(): Promise<void> {
		const origins = this.nodes.filter(({ role }) => role === "origin").map(({ rtmp }) => rtmp);
		const demo = demoProcess(origins, this.#around);
		this.#tiers.push([demo]);
		await this.#around.supervisor.start(demo);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		// No process may restart while others are still stopping.
		this.#around.supervisor.giveUp();
		// All but the first, whose process has to end a nats-server before itself.
		const cancel = systemClock.after(STOP_MS, () => {
			for (const one of this.#tiers.slice(1).flat()) void one.kill();
		});
		// SIGINT, because the whole mesh stops and no node is left for the readers.
		for (const tier of this.#tiers.toReversed()) await Promise.all(tier.map((one) => one.stop("SIGINT")));
		cancel();
	}

	#node(planned: PlannedNode): MeshNode {
		const { id, role, settings } = planned;
		const { folder, supervisor, logTo } = this.#around;
		const node: MeshNode = new MeshNode({
			...{ id, role, folder, config: stringify(settings), launcher: processes() },
			env: environmentOf(planned, this.#nats.url),
			logFile: join(folder, `${id}.log`),
			onLine: logTo(id),
			onExit: (exit, wasAsked) => supervisor.onExit(node, exit, wasAsked),
		});
		return node;
	}
}
