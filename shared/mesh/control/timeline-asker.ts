import type { StreamKey } from "#shared/base/names";
import type { TimelineAccount } from "#shared/media/timeline";
import type { Bus } from "./bus.ts";
import { decode, encode } from "./codec.ts";
import { timelineAnswer } from "./messages.ts";
import type { Subjects } from "./subjects.ts";

/** Questions about timelines whose answers are waited for; the oldest is given up for the next. 10,000 streams may start at once. */
const MAX_TIMELINES_ASKED = 16_384;

type Hear = (account: TimelineAccount | undefined) => void;

/** Asks other nodes where the segments of a stream begin. Whoever asks does not wait: an answer that never comes costs an entry. */
export class TimelineAsker {
	readonly #bus: Bus;
	readonly #subjects: Subjects;
	readonly #self: string;
	/** By the ticket that the answer bears. */
	readonly #asked = new Map<string, Hear>();
	#tickets = 0;

	constructor(bus: Bus, subjects: Subjects, self: string) {
		this.#bus = bus;
		this.#subjects = subjects;
		this.#self = self;
	}

	/** `hear` is called once with what the node says, undefined where it has nothing to say; not at all without an answer. */
	ask(id: string, key: StreamKey, hear: Hear): void {
		const ticket = `timeline${++this.#tickets}`;
		this.#asked.set(ticket, hear);
		const [oldest] = this.#asked.keys();
		if (this.#asked.size > MAX_TIMELINES_ASKED && oldest !== undefined) this.#asked.delete(oldest);
		const question = encode({ node: this.#self, key });
		this.#bus.publish(this.#subjects.timeline(id), question, `${this.#bus.inbox}.${id}.${ticket}`);
	}

	/** Whether an answer with this ticket is waited for. */
	expects(ticket: string): boolean {
		return this.#asked.has(ticket);
	}

	/** Takes an answer; an empty one is the server's word that nobody listens. Throws ProtocolError, and that answer is lost. */
	take(ticket: string, payload: Uint8Array): undefined {
		const hear = this.#asked.get(ticket);
		this.#asked.delete(ticket);
		if (payload.length > 0) hear?.(decode(timelineAnswer, payload).account);
		return undefined;
	}
}
