import type { Clock, Millis } from "#shared/clock";
import type { ProtocolError } from "#shared/errors";
import type { ControlLog } from "./directory.ts";

/** A peer that sends nonsense by the thousand writes one line a second. */
const LOG_EVERY: Millis = 1_000;

/** Counts every message that is thrown away and logs them, at most one line a second. */
export class Discards {
	readonly #clock: Clock;
	readonly #log: ControlLog;
	readonly #count: (event: "control-discard", reason: string) => void;
	#loggedAt: Millis = Number.NEGATIVE_INFINITY;
	#unsaid = 0;

	constructor(options: { clock: Clock; log: ControlLog; count: (event: "control-discard", reason: string) => void }) {
		this.#clock = options.clock;
		this.#log = options.log;
		this.#count = options.count;
	}

	/** One message is thrown away. */
	add(subject: string, error: ProtocolError): void {
		this.#count("control-discard", error.reason);
		const now = this.#clock.now();
		this.#unsaid++;
		if (now - this.#loggedAt < LOG_EVERY) return;
		this.#log.warn(
			{ subject, reason: error.reason, dropped: this.#unsaid },
			`control message dropped: ${error.message}`,
		);
		this.#loggedAt = now;
		this.#unsaid = 0;
	}
}
