import type { Millis } from "#shared/base/clock";
import { aborted } from "../stop-signal.ts";
import { demoProcess } from "./demo-process.ts";
import type { LabNode } from "./lab-node.ts";
import { NatsProcess } from "./nats-process.ts";
import type { PlannedNode } from "./plan.ts";
import { ServiceProcess } from "./service-process.ts";
import type { Supervised } from "./supervised.ts";
import type { Surroundings } from "./surroundings.ts";

/** A process that has not stopped by then is frozen or at fault. */
const STOP_MS: Millis = 5_000;

/** The processes of a lab. Disposing stops them last-first, and leaves none. */
export class Mesh implements AsyncDisposable {
	readonly #around: Surroundings;
	readonly #nats: NatsProcess;
	#services: readonly ServiceProcess[] = [];
	/** What was started, by the order in which it may go: each only after those behind it. */
	readonly #tiers: Supervised[][] = [];

	/** Throws StartError where there is no nats-server to run. */
	constructor(around: Surroundings) {
		this.#around = around;
		this.#nats = new NatsProcess(around);
	}

	get nats(): { url: string; pid: number } {
		return { url: this.#nats.url, pid: this.#nats.process.pid };
	}

	/** The nodes as they run now, from the top down. */
	get nodes(): LabNode[] {
		return this.#services.map(({ node: { id, role }, process, rtmp, http }) => ({
			id,
			role,
			pid: process.pid,
			rtmp,
			http,
		}));
	}

	/** Starts the control plane; resolves also when the signal aborts. Throws StartError. */
	async startNats(stop: AbortSignal): Promise<void> {
		this.#tiers.push([this.#nats.process]);
		await Promise.race([this.#nats.process.start(), aborted(stop)]);
	}

	/** Starts all nodes at once; resolves also when the signal aborts. Throws StartError. */
	async startNodes(nodes: readonly PlannedNode[], stop: AbortSignal): Promise<void> {
		this.#services = nodes.map((node) => new ServiceProcess(node, this.#nats.url, this.#around));
		for (const role of ["origin", "intermediate", "edge"]) {
			const tier = this.#services.filter((service) => service.node.role === role);
			this.#tiers.push(tier.map(({ process }) => process));
		}
		await Promise.race([Promise.all(this.#services.map(({ process }) => process.start())), aborted(stop)]);
	}

	/** Starts to publish the demo to every origin. */
	async startDemo(): Promise<void> {
		const origins = this.nodes.filter(({ role }) => role === "origin").map(({ rtmp }) => rtmp);
		const demo = demoProcess(origins, this.#around);
		this.#tiers.push([demo]);
		await demo.start();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		// None may start again while others are waited for.
		for (const one of this.#tiers.flat()) one.giveUp();
		// All but the first, whose process has a nats-server to end before itself.
		const cancel = this.#around.clock.after(STOP_MS, () => {
			for (const one of this.#tiers.slice(1).flat()) one.kill();
		});
		for (const tier of this.#tiers.toReversed()) await Promise.all(tier.map((one) => one.stop()));
		cancel();
	}
}
