import cluster from "node:cluster";
import type { Clock, Millis } from "#shared/base/clock";
import type { Logger, Service } from "#shared/base/runtime";
import { Gathering } from "./gathering.ts";
import type { Ready } from "./worker-messages.ts";
import { WorkerSlot } from "./worker-slot.ts";

/** A worker that has not ended by then is frozen. Service managers wait longer than this. */
const STOP_MS: Millis = 3_000;
/** The time that a worker needs after its readers left, to say goodbye to the control plane. */
const GOODBYE_MS: Millis = 2_000;

export type WorkerPoolOptions = {
	readonly count: number;
	readonly clock: Clock;
	readonly log: Logger;
	/** Time that the readers of a worker have to move when it is told to stop. */
	readonly drainMs: Millis;
	/** The task of worker `number` (from 1). It is copied to the worker. `isAlone`: no other worker listens at present. */
	task(number: number, isAlone: boolean): unknown;
	/** Metrics of this process in Prometheus' text format, to show with those of the workers. */
	metrics(): Promise<string>;
	onRestart(): void;
};

/**
 * Copies of this process that share its ports. Node's cluster gives each new connection to the next copy that takes it.
 * Disposing ends them at once. If this process dies, they end by themselves.
 */
export class WorkerPool implements Service {
	/** Resolves when every worker was told to end, one by one, and has ended. */
	readonly drainAsked: Promise<void>;
	readonly #options: WorkerPoolOptions;
	readonly #slots: readonly WorkerSlot[];
	readonly #gathering: Gathering;
	#left = 0;
	#allLeft: () => void = () => {};
	#ready: Ready | undefined;

	constructor(options: WorkerPoolOptions) {
		this.#options = options;
		this.drainAsked = new Promise((resolve) => {
			this.#allLeft = resolve;
		});
		this.#slots = Array.from({ length: options.count }, (_, index) => this.#slot(index + 1));
		this.#gathering = new Gathering(options.clock, this.#slots, options.metrics);
	}

	/** Starts all workers and returns their addresses. Throws StartError; then no worker is left running. */
	async start(): Promise<Ready> {
		// With this, maps pass to workers as maps.
		cluster.setupPrimary({ serialization: "advanced" });
		cluster.schedulingPolicy = cluster.SCHED_RR;
		const [first, ...others] = this.#slots;
		if (!first) throw new Error("a pool has at least one worker");
		try {
			// The first worker starts alone, so that an error that all would have is told once.
			this.#ready = await first.start();
			await Promise.all(others.map((slot) => slot.start()));
			return this.#ready;
		} catch (error) {
			await this[Symbol.asyncDispose]();
			throw error;
		}
	}

	async drain(noTime: AbortSignal): Promise<void> {
		const { clock, drainMs } = this.#options;
		await new Promise<void>((resolve) => {
			const cancel = clock.after(drainMs + GOODBYE_MS, resolve);
			const done = (): void => {
				cancel();
				resolve();
			};
			noTime.addEventListener("abort", done, { once: true });
			void this.#stopAll("SIGTERM").then(done);
		});
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const cancel = this.#options.clock.after(STOP_MS, () => void this.#stopAll("SIGKILL"));
		await this.#stopAll("SIGINT");
		cancel();
	}

	async #stopAll(signal: NodeJS.Signals): Promise<void> {
		await Promise.all(this.#slots.map((slot) => slot.stop(signal)));
	}

	#slot(number: number): WorkerSlot {
		const { clock, log, task, onRestart } = this.#options;
		const slot = new WorkerSlot({
			number,
			clock,
			log,
			task: () => task(number, !this.#slots.some(({ isReady }) => isReady)),
			isInPlace: ({ rtmp, http, admin }) => {
				const ready = this.#ready;
				return !ready || (ready.rtmp === rtmp && ready.http === http && ready.admin === admin);
			},
			onMessage: (message) => this.#gathering.take(slot, message),
			onRestart,
			onLeft: () => {
				this.#left++;
				if (this.#left === this.#slots.length) this.#allLeft();
			},
		});
		return slot;
	}
}
