import type { Clock, Millis } from "#shared/base/clock";
import { ProtocolError } from "#shared/base/errors";
import type { Bus } from "./bus.ts";
import { decode, encode } from "./codec.ts";
import { type CarriedStream, MAX_STREAMS_PER_NODE, type NodeReport, type ReportPage, reportPage } from "./messages.ts";
import type { Subjects } from "./subjects.ts";

/** One request under way. */
type Asked = {
	readonly pages: Set<number>;
	readonly streams: CarriedStream[];
	first: Omit<ReportPage, "streams"> | undefined;
	finish(report: NodeReport | undefined): void;
};

/** Asks other nodes for reports and puts the pages of their answers together, in whatever order they come. */
export class ReportAsker {
	readonly #bus: Bus;
	readonly #clock: Clock;
	readonly #subjects: Subjects;
	/** By the ticket that the answer bears. */
	readonly #asked = new Map<string, Asked>();
	#tickets = 0;

	constructor(bus: Bus, clock: Clock, subjects: Subjects) {
		this.#bus = bus;
		this.#clock = clock;
		this.#subjects = subjects;
	}

	/** Asks one node; undefined where its whole answer is not there in time. */
	ask(id: string, within: Millis): Promise<NodeReport | undefined> {
		return new Promise((resolve) => {
			const ticket = `report${++this.#tickets}`;
			const finish = (report: NodeReport | undefined): void => {
				cancel();
				this.#asked.delete(ticket);
				resolve(report);
			};
			const cancel = this.#clock.after(within, () => finish(undefined));
			this.#asked.set(ticket, { pages: new Set(), streams: [], first: undefined, finish });
			this.#bus.publish(this.#subjects.report(id), encode({}), `${this.#bus.inbox}.${id}.${ticket}`);
		});
	}

	/** Whether an answer with this ticket is waited for. */
	expects(ticket: string): boolean {
		return this.#asked.has(ticket);
	}

	/** Takes one page; an empty one is the server's word that nobody listens. Throws ProtocolError, and that answer is lost. */
	take(ticket: string, payload: Uint8Array): void {
		const asked = this.#asked.get(ticket);
		try {
			if (payload.length === 0) asked?.finish(undefined);
			else if (asked) note(asked, decode(reportPage, payload));
		} catch (error) {
			asked?.finish(undefined);
			throw error;
		}
	}

	/** Nobody waits any more. */
	close(): void {
		for (const { finish } of [...this.#asked.values()]) finish(undefined);
	}
}

function note(asked: Asked, { streams, ...page }: ReportPage): void {
	asked.first ??= page;
	const { incarnation, pages, sessions } = asked.first;
	if (page.incarnation !== incarnation || page.pages !== pages || page.page >= pages) {
		throw new ProtocolError("mixed-pages", "Pages of different reports came as one answer.");
	}
	if (asked.pages.has(page.page)) return;
	if (asked.streams.length + streams.length > MAX_STREAMS_PER_NODE) {
		throw new ProtocolError("oversized", `A report lists more than ${MAX_STREAMS_PER_NODE} streams.`);
	}
	asked.pages.add(page.page);
	asked.streams.push(...streams);
	if (asked.pages.size === pages) asked.finish({ sessions, streams: asked.streams });
}
