import { ProtocolError } from "#shared/errors";
import { MAX_STREAMS_PER_NODE, type RegisterPage, type StreamInfo } from "./messages.ts";

/** The pages of one answer to `register`, in whatever order they come. */
export class Snapshot {
	readonly #pages = new Map<number, readonly StreamInfo[]>();
	#first: RegisterPage | undefined;

	/**
	 * Takes a page; with the last missing one, gives the whole and the seq it shows.
	 * Throws ProtocolError where the pages cannot be of one answer.
	 */
	add(page: RegisterPage): { seq: number; streams: StreamInfo[] } | undefined {
		const first = this.#first ?? page;
		this.#first = first;
		if (page.seq !== first.seq || page.pages !== first.pages || page.page >= page.pages) {
			throw new ProtocolError("mixed-pages", `Pages of different snapshots came from ${first.node.id}.`);
		}
		this.#pages.set(page.page, page.streams);
		if (this.#pages.size < first.pages) return undefined;
		const streams = [...this.#pages.values()].flat();
		if (streams.length > MAX_STREAMS_PER_NODE) {
			throw new ProtocolError(
				"oversized",
				`${first.node.id} has ${streams.length} streams, more than ${MAX_STREAMS_PER_NODE}.`,
			);
		}
		return { seq: first.seq, streams };
	}
}
