import type { StreamKey } from "#shared/base/names";
import type { StreamInfo } from "./messages.ts";

/** Streams of all nodes together, in bytes of memory: about 170,000 of ordinary length. */
export const MAX_STREAM_BYTES = 128 * 1024 * 1024;
/** The memory of an entry and of each text in it, without the characters. Measured with V8, rounded up. */
const ENTRY_BYTES = 512;
const TEXT_BYTES = 40;

const NO_STREAMS: ReadonlyMap<StreamKey, StreamInfo> = new Map();
const NO_HOLDERS: ReadonlyMap<string, StreamInfo> = new Map();

/** Streams by node and nodes by stream, always consistent, with one bound for all. */
export class StreamTable {
	readonly #byNode = new Map<string, Map<StreamKey, StreamInfo>>();
	readonly #byKey = new Map<StreamKey, Map<string, StreamInfo>>();
	readonly #bytesOf = new Map<string, number>();
	readonly #maxBytes: number;
	#bytes = 0;

	constructor(maxBytes = MAX_STREAM_BYTES) {
		this.#maxBytes = maxBytes;
	}

	/** Streams of one node. */
	of(nodeId: string): ReadonlyMap<StreamKey, StreamInfo> {
		return this.#byNode.get(nodeId) ?? NO_STREAMS;
	}

	/** Nodes that have a stream. */
	holders(key: StreamKey): ReadonlyMap<string, StreamInfo> {
		return this.#byKey.get(key) ?? NO_HOLDERS;
	}

	/** Adds or updates a stream. `full`: there is no room, and the known entry stays. */
	set(nodeId: string, stream: StreamInfo): "same" | "set" | "full" {
		const known = this.of(nodeId).get(stream.key);
		if (known && sameStream(known, stream)) return "same";
		const more = bytesOf(stream) - (known ? bytesOf(known) : 0);
		if (this.#bytes + more > this.#maxBytes) return "full";
		this.#count(nodeId, more);
		entry(this.#byNode, nodeId).set(stream.key, stream);
		entry(this.#byKey, stream.key).set(nodeId, stream);
		return "set";
	}

	/** Whether a node has less than an equal share of the room. If so, others make room for it. */
	isBelowShare(nodeId: string): boolean {
		const nodes = this.#byNode.size + (this.#byNode.has(nodeId) ? 0 : 1);
		return (this.#bytesOf.get(nodeId) ?? 0) < this.#maxBytes / nodes;
	}

	/** The node with the most in here. Cost: the number of nodes. */
	largest(): string | undefined {
		let most = 0;
		let largest: string | undefined;
		for (const [nodeId, bytes] of this.#bytesOf) if (bytes > most) [most, largest] = [bytes, nodeId];
		return largest;
	}

	/** Whether a good part of the room is free. */
	hasRoom(): boolean {
		return this.#bytes < this.#maxBytes * 0.75;
	}

	/** Removes a stream and returns it. */
	delete(nodeId: string, key: StreamKey): StreamInfo | undefined {
		const known = this.of(nodeId).get(key);
		if (known) {
			this.#count(nodeId, -bytesOf(known));
			remove(this.#byNode, nodeId, key);
			remove(this.#byKey, key, nodeId);
		}
		return known;
	}

	#count(nodeId: string, more: number): void {
		this.#bytes += more;
		const bytes = (this.#bytesOf.get(nodeId) ?? 0) + more;
		if (bytes === 0) this.#bytesOf.delete(nodeId);
		else this.#bytesOf.set(nodeId, bytes);
	}
}

/** The approximate memory of a stream. */
function bytesOf({ key, hops, codecs, since }: StreamInfo): number {
	let bytes = ENTRY_BYTES + key.length + since.length + TEXT_BYTES * (2 + hops.length + codecs.length);
	for (const text of hops) bytes += text.length;
	for (const text of codecs) bytes += text.length;
	return bytes;
}

/** Whether two announcements are equal. */
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
