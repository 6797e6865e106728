import { once } from "node:events";

/** A service that `run` runs. Disposing ends it at once. */
export type Service = AsyncDisposable & {
	/** Sends its readers to other nodes. Resolves when they are gone, when `drainMs` is over, or when the signal aborts. */
	drain(noTime: AbortSignal): Promise<void>;
	/** Resolves when somebody asks the service to drain and stop. */
	readonly drainAsked: Promise<void>;
};

/**
 * The whole life of a service. SIGTERM or a drain request drains and ends it. SIGINT ends it at once, and so does the end of a parent
 * process that started it with a channel. A second signal of the same kind ends the process. Errors of `start` are thrown. The
 * process ends by itself when it holds nothing any more.
 */
export async function run(start: () => Promise<Service>): Promise<void> {
	const drain = new AbortController();
	const stop = new AbortController();
	process.once("SIGTERM", () => drain.abort());
	process.once("SIGINT", () => stop.abort());
	process.once("disconnect", () => stop.abort());
	try {
		await using service = await start();
		await Promise.race([aborted(drain.signal), aborted(stop.signal), service.drainAsked]);
		if (!stop.signal.aborted) await service.drain(stop.signal);
	} finally {
		if (process.connected) process.disconnect();
	}
}

async function aborted(signal: AbortSignal): Promise<void> {
	if (!signal.aborted) await once(signal, "abort");
}
