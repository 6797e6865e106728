import type { Logger } from "pino";

/**
 * Logs why this process ends, if an error that nobody caught ends it. The process must end, because its state cannot be trusted
 * any more. Its supervisor starts it again. Node prints the trace and exits with status 1.
 */
export function tellLastWords(log: Logger): void {
	process.on("uncaughtExceptionMonitor", (error, origin) => {
		log.fatal({ err: error, origin }, "this process ends by an error that nobody caught");
	});
}
