import type { Millis } from "#shared/base/clock";

/** Lines of one kind are counted over this time. */
export const LINE_SPAN_MS: Millis = 1_000;

/** A line to write now, and how many of its kind were left out before it. */
export type Said<Line> = { readonly line: Line; readonly leftOut: number };

type Kind<Line> = { until: Millis; written: number; leftOut: number; last: Line | undefined };

/**
 * Limits log lines that come too often. Of each kind a fixed number is written in a second. The others are counted, and the next
 * line that is written has their count. Each kind is remembered, so kinds must be a few words of this program and never a peer's.
 */
export class LineLimit<Line> {
	readonly #kinds = new Map<string, Kind<Line>>();

	/** Takes a line. Returns it if it is to be written now. */
	offer(kind: string, most: number, line: Line, now: Millis): Said<Line> | undefined {
		const known = this.#kinds.get(kind);
		if (!known || now >= known.until) {
			this.#kinds.set(kind, { until: now + LINE_SPAN_MS, written: 1, leftOut: 0, last: undefined });
			return { line, leftOut: known?.leftOut ?? 0 };
		}
		if (known.written < most) {
			known.written++;
			return { line, leftOut: 0 };
		}
		known.leftOut++;
		known.last = line;
		return undefined;
	}

	/** Whether lines were left out that no written line has counted yet. */
	get isBehind(): boolean {
		return [...this.#kinds.values()].some(({ leftOut }) => leftOut > 0);
	}

	/** The last line that was left out, for each kind whose second is over. */
	due(now: Millis): Said<Line>[] {
		const said: Said<Line>[] = [];
		for (const [name, kind] of this.#kinds) {
			if (now < kind.until) continue;
			if (kind.last === undefined) this.#kinds.delete(name);
			else {
				said.push({ line: kind.last, leftOut: kind.leftOut - 1 });
				this.#kinds.set(name, { until: now + LINE_SPAN_MS, written: 1, leftOut: 0, last: undefined });
			}
		}
		return said;
	}
}
