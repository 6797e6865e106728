import { LINE_SPAN_MS, LineLimit } from "./line-limit.ts";
import type { Logger } from "./logger.ts";

/** A line of a log: fields for programs, and a sentence for people. */
export type Line = { readonly level: "info" | "warn" | "error"; readonly about: object; readonly message: string };

/** How many lines of one kind are written in a second. */
export type Rate = number;

/** Writes a line, unless there were too many of its kind in this second. A kind is one of a few words of this program. */
export type Tell = (line: Line, kind: string, rate: Rate) => void;

/** Writes events to a log, however often they happen. `leftOut` in a line says how many like it were left out before. */
export function narrator(log: Logger): Tell {
	const limit = new LineLimit<Line>();
	let isWaiting = false;
	const write = ({ level, about, message }: Line, leftOut: number): void => {
		if (leftOut === 0) log[level](about, message);
		else log[level]({ ...about, leftOut }, `${message} (${leftOut} more like this)`);
	};
	const wait = (): void => {
		if (isWaiting || !limit.isBehind) return;
		isWaiting = true;
		// A pending line does not keep the process alive.
		setTimeout(catchUp, LINE_SPAN_MS).unref();
	};
	const catchUp = (): void => {
		isWaiting = false;
		for (const { line, leftOut } of limit.due(performance.now())) write(line, leftOut);
		wait();
	};
	return (line, kind, rate) => {
		const said = limit.offer(kind, rate, line, performance.now());
		if (said) write(said.line, said.leftOut);
		else wait();
	};
}
