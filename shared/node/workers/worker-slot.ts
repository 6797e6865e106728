import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import type { Cancel, Clock, Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Logger } from "#shared/base/runtime";
import { restartDelay, SOUND_AFTER_MS } from "./restart-delay.ts";
import type { FromWorker, Ready, ToWorker } from "./worker-messages.ts";

const PING_MS: Millis = 1_000;
/** A worker that has not answered this many pings is frozen. Its viewers have had nothing for as many seconds. */
const MAX_UNANSWERED = 10;

export type WorkerSlotOptions = {
	/** From 1. */
	readonly number: number;
	readonly clock: Clock;
	readonly log: Logger;
	/** The task for the next process. */
	task(): unknown;
	/** False if it listens at other addresses than the other workers. */
	isInPlace(ready: Ready): boolean;
	/** Messages that are not about the slot itself. */
	onMessage(message: FromWorker): void;
	onRestart(): void;
	/** Somebody else told it to end, and it has ended. */
	onLeft(): void;
};

/** One place in a pool. Its process is started again when it dies or freezes, but not when it was told to end. */
export class WorkerSlot {
	readonly #options: WorkerSlotOptions;
	#worker: Worker | undefined;
	#readyAt: Millis | undefined;
	#said: string | undefined;
	#unanswered = 0;
	#quickDeaths = 0;
	#isStopping = false;
	/** Cancels the next ping or the next start. */
	#cancel: Cancel = () => {};
	#first: { resolve(ready: Ready): void; reject(why: StartError): void } | undefined;

	constructor(options: WorkerSlotOptions) {
		this.#options = options;
	}

	/** Whether its doors are open. */
	get isReady(): boolean {
		return this.#readyAt !== undefined;
	}

	/** Starts it the first time. Throws StartError with the worker's own sentence. */
	start(): Promise<Ready> {
		return new Promise((resolve, reject) => {
			this.#first = { resolve, reject };
			this.#launch();
		});
	}

	/** Does nothing if there is no process. */
	send(message: ToWorker): void {
		if (!this.#worker?.isConnected()) return;
		// It may die meanwhile. That is handled elsewhere.
		this.#worker.send(message, () => {});
	}

	/** Ends it for good; resolves when the process is gone. */
	async stop(signal: NodeJS.Signals): Promise<void> {
		this.#isStopping = true;
		this.#cancel();
		if (!this.#worker) return;
		const exited = once(this.#worker, "exit");
		this.#worker.process.kill(signal);
		await exited;
	}

	#launch(): void {
		const worker = cluster.fork();
		this.#worker = worker;
		this.#readyAt = undefined;
		this.#said = undefined;
		this.#unanswered = 0;
		worker.on("message", (message: FromWorker) => this.#onMessage(message));
		// The channel broke. The end of the process follows.
		worker.on("error", () => {});
		worker.once("exit", (code: number | null, signal: string | null) => this.#onExit(code, signal));
	}

	#onMessage(message: FromWorker): void {
		switch (message.event) {
			case "joined":
				this.send({ event: "task", task: this.#options.task() });
				return;
			case "ready":
				this.#onReady(message);
				return;
			case "failed":
				this.#said = message.message;
				return;
			case "pong":
				this.#unanswered = 0;
				return;
			default:
				this.#options.onMessage(message);
		}
	}

	#onReady(ready: Ready): void {
		const { clock, log, number, isInPlace } = this.#options;
		if (!isInPlace(ready)) {
			this.#said = `it listens at ${ready.rtmp}, ${ready.http} and ${ready.admin}, not where the others do`;
			this.#worker?.process.kill("SIGKILL");
			return;
		}
		this.#readyAt = clock.now();
		log.info({ worker: number, pid: this.#worker?.process.pid }, "worker ready");
		this.#first?.resolve(ready);
		this.#first = undefined;
		this.#pingLater();
	}

	#pingLater(): void {
		this.#cancel = this.#options.clock.after(PING_MS, () => {
			if (this.#unanswered >= MAX_UNANSWERED) {
				this.#said = "it was frozen";
				this.#worker?.process.kill("SIGKILL");
				return;
			}
			this.#unanswered++;
			this.send({ event: "ping" });
			this.#pingLater();
		});
	}

	#onExit(code: number | null, signal: string | null): void {
		const { number, log, clock } = this.#options;
		const readyAt = this.#readyAt;
		const reason = this.#said ?? `it ended by ${signal ?? `status ${code}`}`;
		this.#worker = undefined;
		this.#readyAt = undefined;
		this.#cancel();
		if (this.#first) {
			this.#first.reject(new StartError(this.#said ?? `worker ${number}: ${reason} before it was ready`));
			this.#first = undefined;
			return;
		}
		if (this.#isStopping) return;
		if (code === 0 && readyAt !== undefined) {
			log.info({ worker: number }, "worker left");
			this.#options.onLeft();
			return;
		}
		const isSound = readyAt !== undefined && clock.now() - readyAt >= SOUND_AFTER_MS;
		this.#quickDeaths = isSound ? 1 : this.#quickDeaths + 1;
		const restartInMs = restartDelay(this.#quickDeaths);
		log.error({ worker: number, reason, restartInMs }, "worker died");
		this.#cancel = clock.after(restartInMs, () => {
			this.#options.onRestart();
			this.#launch();
		});
	}
}
