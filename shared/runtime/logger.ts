import { type DestinationStream, type Logger as Pino, pino } from "pino";
import pinoPretty from "pino-pretty";

/** A pino logger; bind what a line is about with `child`. */
export type Logger = Pino;

/** One JSON object a line on stderr, or with `pretty` a line for people. `node` is in every line. */
export function createLogger(options: { level: string; pretty: boolean; node: string }): Logger {
	const { level, pretty, node } = options;
	const target: DestinationStream = pretty
		? pinoPretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" })
		: pino.destination({ dest: 2, sync: true });
	return pino({ level, base: { node } }, target);
}

/** For tests: nothing is written. */
export const silentLogger = (): Logger => pino({ level: "silent" });
