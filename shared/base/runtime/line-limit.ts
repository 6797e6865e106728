import type { Millis } from "#shared/base/clock";

/** Lines of one kind are counted over this time. */
export const LINE_SPAN_MS: Millis = 1_000;

/** A line to write now, and how many of its kind were left out before it. */
export type Said<Line> = { readonly line: Line; readonly leftOut: number };

type Kind<Line> = { until: Millis; written: number; leftOut: number; last: Line | undefined };

/**
 * Holds log lines back that come too often: of each kind so many a second are written, the others are counted, and the count
 * goes with the next one that is written. Kinds are words of ours, few and never a peer's, since each is remembered.
 */
export class LineLimit<Line> {
	readonly #kinds = new Map<string, Kind<Line>>();

	/** Takes a line; gives back what is to be written now, if it is. */
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

	/** Whether lines were left out that nothing has told of yet. */
	get isBehind(): boolean {
		return [...this.#kinds.values()].some(({ leftOut }) => leftOut > 0);
	}

	/** Of each kind whose second is over, the last line that was left out. */
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
