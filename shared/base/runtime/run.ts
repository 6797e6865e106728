import { once } from "node:events";

/** What `run` runs: disposing ends it at once. */
export type Service = AsyncDisposable & {
	/** Sends its readers elsewhere; done when they are gone, time is up or the signal says that there is none. */
	drain(noTime: AbortSignal): Promise<void>;
	/** Done when somebody asks it to drain and stop. */
	readonly drainAsked: Promise<void>;
};

/**
 * A service's whole life. SIGTERM, or being asked, drains it and ends it; SIGINT, or the end of the process that started it
 * with a channel, ends it at once; a second signal of one kind ends the process. What `start` throws comes out, and the
 * process ends by itself when nothing is held any more.
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
