import type { Logger } from "pino";

/**
 * Lets the log tell why this process ends by an error that nobody caught. It does end: what it holds cannot be trusted any
 * more, and whoever runs it starts it again. Node then prints the trace and exits with status 1.
 */
export function tellLastWords(log: Logger): void {
	process.on("uncaughtExceptionMonitor", (error, origin) => {
		log.fatal({ err: error, origin }, "this process ends by an error that nobody caught");
	});
}
