import { ProtocolError } from "#shared/base/errors";
import type { Bus, BusMessage } from "./bus.ts";
import { Complaints } from "./complaints.ts";
import type { DirectoryOptions } from "./directory.ts";
import { nodeIdOf } from "./subjects.ts";
import { Turns, type Work } from "./turns.ts";

/**
 * The door for messages. Each message is handled in the turn of its sender. If the handling throws, for a bad message or for a
 * mistake of ours, only that message is dropped.
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

	/** Listens to a subject until the returned function is called. `senderOf` tells the sender in whose turn a message is handled. */
	on(
		subject: string,
		take: (message: BusMessage) => ReturnType<Work>,
		senderOf: (subject: string) => string | undefined = nodeIdOf,
	): () => void {
		return this.#bus.subscribe(subject, (message) =>
			this.inTurn(senderOf(message.subject) ?? "", () => take(message), message),
		);
	}

	/** Does work for a node after the earlier messages of that node. */
	inTurn(id: string, work: Work, { subject, payload }: BusMessage = { subject: id, payload: NOTHING }): void {
		if (this.#turns.add(id, payload.length, subject, work)) return;
		this.full("messages", { subject }, "a control message is dropped: too many wait");
	}

	/** Whether a message of this node waits for its turn. */
	isBehind(id: string): boolean {
		return this.#turns.isBehind(id);
	}

	/** Runs `task`. Errors are counted and logged. */
	guard<T>(what: string, task: () => T): T | undefined {
		try {
			return task();
		} catch (error) {
			if (error instanceof ProtocolError) this.discard(what, error);
			else this.#fault(what, error);
			return undefined;
		}
	}

	/** Drops a message of a peer, or one that we would have sent. */
	discard(subject: string, { reason, message }: ProtocolError): void {
		this.#options.count("control-discard", reason);
		this.complain(`discard-${reason}`, { subject, reason }, `control message dropped: ${message}`);
	}

	/** A bound is reached. `what` is one of a few fixed words. */
	full(what: string, fields: object, message: string): void {
		this.#options.count("control-full", what);
		this.complain(`full-${what}`, fields, message);
	}

	/** Warns at most once a second for each `kind`, one of a few fixed words. */
	complain(kind: string, fields: object, message: string): void {
		this.#complaints.add(kind, fields, message);
	}

	/** Throws ProtocolError if a message speaks for another node than its subject. */
	expectSender(subject: string, id: string): void {
		if (nodeIdOf(subject) !== id) throw new ProtocolError("mismatch", `A message on ${subject} speaks for ${id}.`);
	}

	/** No further message is handled. */
	close(): void {
		this.#turns.close();
	}

	#fault(what: string, error: unknown): void {
		this.#options.count("control-discard", "fault");
		this.complain("fault", { what, err: error }, "control plane: a handler failed");
	}
}

const NOTHING = new Uint8Array();
