import type { StreamKey } from "#shared/media";
import type { StreamInfo } from "./messages.ts";

const NO_STREAMS: ReadonlyMap<StreamKey, StreamInfo> = new Map();
const NO_HOLDERS: ReadonlyMap<string, StreamInfo> = new Map();

/** Streams by node and nodes by stream, kept in step with each other. */
export class StreamTable {
	readonly #byNode = new Map<string, Map<StreamKey, StreamInfo>>();
	readonly #byKey = new Map<StreamKey, Map<string, StreamInfo>>();

	/** Streams of one node. */
	of(nodeId: string): ReadonlyMap<StreamKey, StreamInfo> {
		return this.#byNode.get(nodeId) ?? NO_STREAMS;
	}

	/** Nodes that have a stream. */
	holders(key: StreamKey): ReadonlyMap<string, StreamInfo> {
		return this.#byKey.get(key) ?? NO_HOLDERS;
	}

	/** Adds or updates; false where nothing is different. */
	set(nodeId: string, stream: StreamInfo): boolean {
		const known = this.of(nodeId).get(stream.key);
		if (known && sameStream(known, stream)) return false;
		entry(this.#byNode, nodeId).set(stream.key, stream);
		entry(this.#byKey, stream.key).set(nodeId, stream);
		return true;
	}

	/** Removes; tells what was there. */
	delete(nodeId: string, key: StreamKey): StreamInfo | undefined {
		const known = this.of(nodeId).get(key);
		if (known) {
			remove(this.#byNode, nodeId, key);
			remove(this.#byKey, key, nodeId);
		}
		return known;
	}
}

/** Whether two announcements say the same. */
export function sameStream(a: StreamInfo, b: StreamInfo): boolean {
	return a.key === b.key && a.since === b.since && sameList(a.hops, b.hops) && sameList(a.codecs, b.codecs);
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every((text, index) => text === b[index]);

function entry<A, B, V>(table: Map<A, Map<B, V>>, key: A): Map<B, V> {
	const known = table.get(key) ?? new Map<B, V>();
	table.set(key, known);
	return known;
}

function remove<A, B, V>(table: Map<A, Map<B, V>>, outer: A, inner: B): void {
	const group = table.get(outer);
	group?.delete(inner);
	if (group?.size === 0) table.delete(outer);
}
