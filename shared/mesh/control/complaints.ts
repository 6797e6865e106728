import type { Clock, Millis } from "#shared/base/clock";
import type { ControlLog } from "./directory.ts";

/** A peer that sends nonsense by the thousand writes one line a second for each kind of it. */
const LOG_EVERY: Millis = 1_000;

type Said = { at: Millis; unsaid: number };

/** Warns of what may come by the thousand: a line a second for each kind, with how many there were since the last. */
export class Complaints {
	readonly #clock: Clock;
	readonly #log: ControlLog;
	readonly #kinds = new Map<string, Said>();

	constructor({ clock, log }: { clock: Clock; log: ControlLog }) {
		this.#clock = clock;
		this.#log = log;
	}

	/** `kind` is one of few fixed words; `fields` and `message` are those of this one time. */
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
