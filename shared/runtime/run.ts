import { once } from "node:events";

/**
 * A service's whole life: starts it, waits for SIGINT, SIGTERM or the end of the process that started it with a channel,
 * closes it. A second signal ends the process at once. What `start` throws comes out; the process ends by itself when
 * nothing is held any more.
 */
export async function run(start: (signal: AbortSignal) => Promise<AsyncDisposable>): Promise<void> {
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(name));
	process.once("disconnect", () => stop.abort("disconnect"));
	try {
		await using _service = await start(stop.signal);
		if (!stop.signal.aborted) await once(stop.signal, "abort");
	} finally {
		if (process.connected) process.disconnect();
	}
}
