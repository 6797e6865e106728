import { type Logger as Pino, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { tellLastWords } from "./last-words.ts";
import { LogOutput, openStderr } from "./log-output.ts";

/** A pino logger; bind what a line is about with `child`. */
export type Logger = Pino;

/**
 * One JSON object a line on stderr, or with `pretty` a line for people. `node` is in every line. Nothing waits for who reads
 * them: of a reader that is behind by `MAX_QUEUED_BYTES` lines are dropped, and how many is said when it reads again. One per
 * process: it also tells of the error that ends it.
 */
export function createLogger(options: { level: string; pretty: boolean; node: string }): Logger {
	const { level, pretty, node } = options;
	const output = new LogOutput(openStderr(), (lost) => log.warn({ lost }, "log lines lost"));
	process.once("exit", () => output.flushAtExit());
	const colorize = process.stderr.isTTY && process.stderr.hasColors();
	const forPeople = prettyFactory({ colorize, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" });
	const write = (line: string) => output.write(pretty ? forPeople(line) : line);
	const log = pino({ level, base: { node } }, { write });
	tellLastWords(log);
	return log;
}

/** For tests: nothing is written. */
export const silentLogger = (): Logger => pino({ level: "silent" });
