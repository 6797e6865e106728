import { type Logger as Pino, pino, stdTimeFunctions } from "pino";
import { prettyFactory } from "pino-pretty";
import { tellLastWords } from "./last-words.ts";
import { LogOutput, openStderr } from "./log-output.ts";

/** A pino logger; bind what a line is about with `child`. */
export type Logger = Pino;

/**
 * Writes one JSON object a line to stderr, or with `pretty` a line for people. `node` is in every line, and `time` is UTC
 * (ISO 8601). No call waits for the reader of the lines. A reader that is behind by `MAX_QUEUED_BYTES` loses lines. When it reads
 * again, a line says how many. There is one logger per process, and it also logs the error that ends the process.
 */
export function createLogger(options: { level: string; pretty: boolean; node: string }): Logger {
	const { level, pretty, node } = options;
	const output = new LogOutput(openStderr(), (lost) => log.warn({ lost }, "log lines lost"));
	process.once("exit", () => output.flushAtExit());
	const forPeople = linesForPeople(process.stderr.isTTY && process.stderr.hasColors());
	const write = (line: string) => output.write(pretty ? forPeople(line) : line);
	const log = pino({ level, base: { node }, timestamp: stdTimeFunctions.isoTime }, { write });
	tellLastWords(log);
	return log;
}

/** Turns a line of JSON into one for people. Fields that the sentence of an event already says are left out. */
export function linesForPeople(colorize: boolean): (line: string) => string {
	const common = {
		colorize,
		ignore: "pid,hostname,node",
		translateTime: "SYS:HH:MM:ss.l",
		messageFormat: "{node}: {msg}",
	};
	const sentence = prettyFactory({ ...common, hideObject: true });
	const withFields = prettyFactory({ ...common, singleLine: true });
	return (line) => {
		const { event, err }: { event?: unknown; err?: unknown } = JSON.parse(line);
		return event !== undefined && err === undefined ? sentence(line) : withFields(line);
	};
}

/** For tests: nothing is written. */
export const silentLogger = (): Logger => pino({ level: "silent" });
