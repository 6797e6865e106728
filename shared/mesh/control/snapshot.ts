import type { Clock, Millis } from "#shared/base/clock";
import { ProtocolError } from "#shared/base/errors";
import type { StreamKey } from "#shared/base/names";
import type { RegisterPage } from "./messages.ts";

/** Time for all pages of an answer: 20,000 streams over a slow path take a few seconds. */
const MAX_SPAN: Millis = 30_000;

/** The pages of one answer to `register`, in whatever order they come. What they list is taken in page by page. */
export class Snapshot {
	/** Answers bear it, so that an answer to a former request is told apart. */
	readonly ticket: string;
	/** What the table took of it. */
	readonly present = new Set<StreamKey>();
	readonly #clock: Clock;
	readonly #pages = new Set<number>();
	#askedAt: Millis | undefined;
	#first: Omit<RegisterPage, "streams"> | undefined;

	constructor(ticket: string, clock: Clock) {
		this.ticket = ticket;
		this.#clock = clock;
	}

	/** The request went out. */
	sent(): void {
		this.#askedAt = this.#clock.now();
	}

	/**
	 * Notes that a page came; false where it was there before.
	 * Throws ProtocolError where pages cannot be of one answer, or come without end.
	 */
	note({ node, seq, page, pages }: RegisterPage): boolean {
		this.#first ??= { node, seq, page, pages };
		const first = this.#first;
		if (seq !== first.seq || pages !== first.pages || page >= pages) {
			throw new ProtocolError("mixed-pages", `Pages of different snapshots came from ${node.id}.`);
		}
		if (this.#clock.now() - (this.#askedAt ?? 0) > MAX_SPAN) {
			throw new ProtocolError("endless-pages", `A snapshot of ${node.id} took more than ${MAX_SPAN} ms.`);
		}
		if (this.#pages.has(page)) return false;
		this.#pages.add(page);
		return true;
	}

	/** The change the snapshot shows, once all of it is there. */
	get whole(): number | undefined {
		return this.#pages.size === this.#first?.pages ? this.#first.seq : undefined;
	}
}
