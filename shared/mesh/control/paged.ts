import { MAX_PAGE_STREAMS } from "./messages.ts";

/** Bytes of one page before its framing: several fit into a NATS message of 1 MiB, so none is near the limit. */
const PAGE_BYTES = 160 * 1024;

/** Cuts a list into parts that fit a message, by the bytes of each entry; at least one, so that an empty list is an answer too. */
export function* paged<T>(entries: Iterable<T>, sizeOf: (entry: T) => number): Generator<T[]> {
	let part: T[] = [];
	let bytes = 0;
	for (const entry of entries) {
		const size = sizeOf(entry);
		if (bytes + size > PAGE_BYTES || part.length >= MAX_PAGE_STREAMS) {
			yield part;
			part = [];
			bytes = 0;
		}
		part.push(entry);
		bytes += size;
	}
	yield part;
}
