import { ProtocolError } from "#shared/errors";
import type { Bus, BusMessage } from "./bus.ts";
import type { DirectoryOptions } from "./directory.ts";
import { Discards } from "./discards.ts";
import { nodeIdOf } from "./subjects.ts";

/** The door for messages: nothing a peer sends, and no fault in what is done with it, reaches the bus as an exception. */
export class Hearing {
	readonly #bus: Bus;
	readonly #options: DirectoryOptions;
	readonly #discards: Discards;

	constructor(bus: Bus, options: DirectoryOptions) {
		this.#bus = bus;
		this.#options = options;
		this.#discards = new Discards(options);
	}

	/** Hears a subject until the returned function is called. */
	on(subject: string, take: (message: BusMessage) => void): () => void {
		return this.#bus.subscribe(subject, (message) => this.guard(message.subject, () => take(message)));
	}

	/** Runs `task`; what it throws is counted and logged. */
	guard(what: string, task: () => void): void {
		try {
			task();
		} catch (error) {
			if (error instanceof ProtocolError) this.#discards.add(what, error);
			else this.#failed(what, error);
		}
	}

	#failed(what: string, error: unknown): void {
		this.#options.count("control-connection", "error");
		this.#options.log.warn({ what, err: error }, "control plane: a handler failed");
	}

	/** Throws ProtocolError where a message speaks for another node than its subject. */
	expectSender(subject: string, id: string): void {
		if (nodeIdOf(subject) !== id) throw new ProtocolError("mismatch", `A message on ${subject} speaks for ${id}.`);
	}
}
