import type { Millis } from "#shared/base/clock";
import { type LogLine, parseLogLine } from "./log-line.ts";

/** What stands in all services' logs, and what follows from it. */
export class Chronicle {
	readonly #lines: LogLine[] = [];
	/** By node, whom it plays from. */
	readonly #live = new Map<string, Set<string>>();
	/** By node, the server group on air. */
	readonly #onAir = new Map<string, string | undefined>();
	readonly #waiting = new Set<() => void>();

	/** All lines so far, in the order they were read. */
	get lines(): readonly LogLine[] {
		return this.#lines;
	}

	/** Takes a line of a service's stderr. */
	note(text: string): void {
		const line = parseLogLine(text);
		if (!line) return;
		this.#lines.push(line);
		const { node, msg, upstream, to } = line;
		if (upstream !== undefined && msg === "upstream live") this.#liveAt(node).add(upstream);
		if (upstream !== undefined && (msg === "upstream lost" || msg === "upstream left"))
			this.#liveAt(node).delete(upstream);
		if (msg === "on air" || msg === "no upstream on air") this.#onAir.set(node, to);
		if (msg === "stream over") this.#live.delete(node);
		this.#look();
	}

	/** A node's process is over: it plays from nobody, and nobody plays from it. */
	forget({ id, names }: { readonly id: string; readonly names: readonly string[] }): void {
		this.#live.delete(id);
		this.#onAir.delete(id);
		for (const live of this.#live.values()) for (const name of names) live.delete(name);
		this.#look();
	}

	/** Whom a node plays from, under the names it has for them, the first to answer first. */
	playsFrom(node: string): ReadonlySet<string> {
		return this.#liveAt(node);
	}

	/** The label of the server group a node has on air. */
	onAir(node: string): string | undefined {
		return this.#onAir.get(node);
	}

	/** Waits until it is so, looking whenever something is logged; whether it came so within the limit. */
	until(isSo: () => boolean, limitMs: Millis, signal: AbortSignal): Promise<boolean> {
		return new Promise((resolve, reject) => {
			const finish = (): void => {
				clearTimeout(timer);
				this.#waiting.delete(look);
				signal.removeEventListener("abort", onAbort);
			};
			const look = (): void => {
				if (!isSo()) return;
				finish();
				resolve(true);
			};
			const onAbort = (): void => {
				finish();
				reject(signal.reason);
			};
			const timer = setTimeout(() => {
				finish();
				resolve(isSo());
			}, limitMs);
			signal.addEventListener("abort", onAbort, { once: true });
			this.#waiting.add(look);
			look();
		});
	}

	#liveAt(node: string): Set<string> {
		const live = this.#live.get(node) ?? new Set();
		this.#live.set(node, live);
		return live;
	}

	#look(): void {
		for (const look of [...this.#waiting]) look();
	}
}
