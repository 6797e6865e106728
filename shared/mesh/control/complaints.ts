import type { Clock, Millis } from "#shared/base/clock";
import type { ControlLog } from "./directory.ts";

/** A peer that sends thousands of bad messages causes one line a second for each kind. */
const LOG_EVERY: Millis = 1_000;

type Said = { at: Millis; unsaid: number };

/** Warns about events that may come by the thousand: a line a second for each kind, with their number since the last line. */
export class Complaints {
	readonly #clock: Clock;
	readonly #log: ControlLog;
	readonly #kinds = new Map<string, Said>();

	constructor({ clock, log }: { clock: Clock; log: ControlLog }) {
		this.#clock = clock;
		this.#log = log;
	}

	/** `kind` is one of a few fixed words. `fields` and `message` describe this event. */
	add(kind: string, fields: object, message: string): void {
		const said = this.#kinds.get(kind) ?? { at: Number.NEGATIVE_INFINITY, unsaid: 0 };
		this.#kinds.set(kind, said);
		said.unsaid++;
		const now = this.#clock.now();
		if (now - said.at < LOG_EVERY) return;
		this.#log.warn({ ...fields, times: said.unsaid }, message);
		said.at = now;
		said.unsaid = 0;
	}
}
