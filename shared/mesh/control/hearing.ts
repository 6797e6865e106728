import { ProtocolError } from "#shared/base/errors";
import type { Bus, BusMessage } from "./bus.ts";
import { Complaints } from "./complaints.ts";
import type { DirectoryOptions } from "./directory.ts";
import { nodeIdOf } from "./subjects.ts";
import { Turns, type Work } from "./turns.ts";

/**
 * The door for messages: each is worked off in its sender's turn, and what its handling throws, for what a peer sent or for a
 * fault of ours, discards that message and reaches nobody else.
 */
export class Hearing {
	readonly #bus: Bus;
	readonly #options: DirectoryOptions;
	readonly #complaints: Complaints;
	readonly #turns: Turns;

	constructor(bus: Bus, options: DirectoryOptions) {
		this.#bus = bus;
		this.#options = options;
		this.#complaints = new Complaints(options);
		this.#turns = new Turns(options.clock, (what, step) => this.guard(what, step));
	}

	/** Hears a subject until the returned function is called. Who waits for its turn is known by `senderOf`. */
	on(
		subject: string,
		take: (message: BusMessage) => ReturnType<Work>,
		senderOf: (subject: string) => string | undefined = nodeIdOf,
	): () => void {
		return this.#bus.subscribe(subject, (message) =>
			this.inTurn(senderOf(message.subject) ?? "", () => take(message), message),
		);
	}

	/** Does what is to be done about a node after what that node said before. */
	inTurn(id: string, work: Work, { subject, payload }: BusMessage = { subject: id, payload: NOTHING }): void {
		if (this.#turns.add(id, payload.length, subject, work)) return;
		this.full("messages", { subject }, "a control message is thrown away: too many wait");
	}

	/** Whether something of this node waits for its turn. */
	isBehind(id: string): boolean {
		return this.#turns.isBehind(id);
	}

	/** Runs `task`; what it throws is counted and logged. */
	guard<T>(what: string, task: () => T): T | undefined {
		try {
			return task();
		} catch (error) {
			if (error instanceof ProtocolError) this.discard(what, error);
			else this.#fault(what, error);
			return undefined;
		}
	}

	/** Something a peer sent, or we would have, is thrown away. */
	discard(subject: string, { reason, message }: ProtocolError): void {
		this.#options.count("control-discard", reason);
		this.complain(`discard-${reason}`, { subject, reason }, `control message dropped: ${message}`);
	}

	/** A bound is reached; `what` is one of few fixed words. */
	full(what: string, fields: object, message: string): void {
		this.#options.count("control-full", what);
		this.complain(`full-${what}`, fields, message);
	}

	/** Warns, at most once a second for each `kind`, one of few fixed words. */
	complain(kind: string, fields: object, message: string): void {
		this.#complaints.add(kind, fields, message);
	}

	/** Throws ProtocolError where a message speaks for another node than its subject. */
	expectSender(subject: string, id: string): void {
		if (nodeIdOf(subject) !== id) throw new ProtocolError("mismatch", `A message on ${subject} speaks for ${id}.`);
	}

	/** Nothing more is worked off. */
	close(): void {
		this.#turns.close();
	}

	#fault(what: string, error: unknown): void {
		this.#options.count("control-discard", "fault");
		this.complain("fault", { what, err: error }, "control plane: a handler failed");
	}
}

const NOTHING = new Uint8Array();
