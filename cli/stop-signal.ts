import type { Millis } from "#shared/base/clock";

/** One Ctrl-C may arrive twice: from the terminal, and from a program such as npm that forwards it. */
const SAME_SIGNAL_MS: Millis = 500;
/** The exit status that shells show for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Aborts when the command should end: Ctrl-C, SIGTERM, SIGHUP, or the end of the process that started this one with an IPC
 * channel. A second Ctrl-C ends the process at once.
 */
export function stopSignal(): AbortSignal {
	const stop = new AbortController();
	let since: Millis | undefined;
	const abort = (): void => {
		since ??= performance.now();
		stop.abort();
		if (performance.now() - since > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
	};
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, abort);
	if (process.channel) {
		process.once("disconnect", abort);
		// The listener for the end of the channel does not keep the process alive.
		process.channel.unref();
	}
	return stop.signal;
}

/** Resolves when the signal aborts, or at once if it has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
