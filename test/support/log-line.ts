import { z } from "zod";

/** One line of a service's log, as far as the bench reads it. */
export type LogLine = z.output<typeof logLine>;

const logLine = z.object({
	/** Milliseconds since 1970; the log has it as text. */
	time: z.iso.datetime().transform(Date.parse),
	node: z.string(),
	msg: z.string(),
	/** The node pulled from. */
	upstream: z.string().optional(),
	/** Ids of servers. */
	from: z.string().optional(),
	to: z.string().optional(),
	cause: z.string().optional(),
	gapMs: z.number().optional(),
});

/** Reads a line; undefined where it is not one of a log, such as the trace of a crash. */
export function parseLogLine(text: string): LogLine | undefined {
	if (!text.startsWith("{")) return undefined;
	try {
		return logLine.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}

/** What a child says when it moves away from a parent, in the order in which it may say it. */
const MOVES = ["upstream lost", "on air", "no upstream on air", "switched upstream"];

/** Whether a child tells with this line that it noticed what happened to one of its parents, called by one of these names. */
export function tellsOf(line: LogLine, names: readonly string[]): boolean {
	if (!MOVES.includes(line.msg)) return false;
	// Two feeds take turns in being first whatever happens to either.
	if (line.cause === "slower") return false;
	return [line.upstream, line.from].some((name) => name !== undefined && names.includes(name));
}
