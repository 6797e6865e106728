import type { Clock, Millis } from "#shared/base/clock";
import { ProtocolError } from "#shared/base/errors";
import type { StreamKey } from "#shared/base/names";
import type { RegisterPage } from "./messages.ts";

/** Time for all pages of an answer: 20,000 streams over a slow path take a few seconds. */
const MAX_SPAN: Millis = 30_000;

/** The pages of one answer to `register`, in any order. Their streams are handled page by page. */
export class Snapshot {
	/** Answers carry it, so that an answer to an earlier request is recognised. */
	readonly ticket: string;
	/** The streams that the table took from it. */
	readonly present = new Set<StreamKey>();
	readonly #clock: Clock;
	readonly #pages = new Set<number>();
	#askedAt: Millis | undefined;
	#first: Omit<RegisterPage, "streams"> | undefined;

	constructor(ticket: string, clock: Clock) {
		this.ticket = ticket;
		this.#clock = clock;
	}

	/** The request was sent. */
	sent(): void {
		this.#askedAt = this.#clock.now();
	}

	/**
	 * Notes a page; false if it came before. Throws ProtocolError if the pages cannot belong to one answer, or take too long.
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

	/** The `seq` that the snapshot shows, when all pages are there. */
	get whole(): number | undefined {
		return this.#pages.size === this.#first?.pages ? this.#first.seq : undefined;
	}
}
