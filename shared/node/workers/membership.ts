import cluster from "node:cluster";
import type { Millis } from "#shared/base/clock";
import type { FromWorker, Question, ToWorker } from "./worker-messages.ts";

/** Longer than the pool waits for the others. Without an answer of the pool a worker shows only its own. */
const GATHER_MS: Millis = 2_000;

/** The other workers of a service, as one of them sees them. */
export type Siblings = {
	/** Answers questions of other workers about this subject. Call it once for each subject. */
	show(about: Question["about"], own: (what: string) => Promise<string>): void;
	/** The answers of all others that answer in time, one text each. */
	gather(about: Question["about"], what?: string): Promise<readonly string[]>;
};

/** Whether this process is a worker of a pool. */
export const isWorker = (): boolean => cluster.isWorker;

const tell = (message: FromWorker): void => void process.send?.(message);

/** Tells the pool, in one sentence, why this worker cannot start. */
export const tellFailed = (message: string): void => tell({ event: "failed", message });

/** Joins the pool that started this process. `task` is what the pool made for it. Call it once. */
export function joinPool<Task>(): Promise<{ task: Task; siblings: Siblings }> {
	const waiting = new Map<number, (texts: readonly string[]) => void>();
	const answers = new Map<Question["about"], (what: string) => Promise<string>>();
	let asked = 0;
	const gather: Siblings["gather"] = (about, what = "") =>
		new Promise((resolve) => {
			const ask = ++asked;
			const done = (texts: readonly string[]): void => {
				clearTimeout(timer);
				waiting.delete(ask);
				resolve(texts);
			};
			const timer = setTimeout(() => done([]), GATHER_MS);
			waiting.set(ask, done);
			tell({ event: "show-all", ask, about, what });
		});
	const siblings: Siblings = {
		show: (about, own) => void answers.set(about, own),
		gather,
	};
	return new Promise((resolve) => {
		process.on("message", (message: ToWorker) => {
			switch (message.event) {
				case "task":
					resolve({ task: message.task as Task, siblings });
					return;
				case "ping":
					tell({ event: "pong" });
					return;
				case "show":
					void answers
						.get(message.about)?.(message.what)
						.then((text) => tell({ event: "shown", ask: message.ask, text }));
					return;
				case "shown-all":
					waiting.get(message.ask)?.(message.texts);
			}
		});
		tell({ event: "joined" });
	});
}
