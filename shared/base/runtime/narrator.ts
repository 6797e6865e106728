import { LINE_SPAN_MS, LineLimit } from "./line-limit.ts";
import type { Logger } from "./logger.ts";

type Level = "info" | "warn" | "error";
type Line = { readonly level: Level; readonly about: object; readonly message: string };

/** How often a second a line of one kind is written. */
export type Rate = number;

/** Writes a line, unless there were too many of its kind in this second; the kind is the message and, where it has one, its reason. */
export type Tell = (level: Level, rate: Rate, about: object, message: string, reason?: string) => void;

/** Writes to a log what happens, however often it does; `leftOut` in a line says how many like it were not written before. */
export function narrator(log: Logger): Tell {
	const limit = new LineLimit<Line>();
	let isWaiting = false;
	const write = ({ level, about, message }: Line, leftOut: number): void =>
		log[level](leftOut > 0 ? { ...about, leftOut } : about, message);
	const wait = (): void => {
		if (isWaiting || !limit.isBehind) return;
		isWaiting = true;
		// A log is no reason to stay alive.
		setTimeout(catchUp, LINE_SPAN_MS).unref();
	};
	const catchUp = (): void => {
		isWaiting = false;
		for (const { line, leftOut } of limit.due(performance.now())) write(line, leftOut);
		wait();
	};
	return (level, rate, about, message, reason = "") => {
		const said = limit.offer(`${message}/${reason}`, rate, { level, about, message }, performance.now());
		if (said) write(said.line, said.leftOut);
		else wait();
	};
}
