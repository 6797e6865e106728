/** Streams of all nodes that are requested at once. More would arrive faster than they are handled, and wait here as bytes. */
const MAX_STREAMS_ASKED = 40_000;
/** Each request counts as this many further streams, because a node may claim to have none. */
const STREAMS_OF_A_REQUEST = 100;

type Request = { readonly streams: number; readonly send: () => void };

/** Requests for snapshots, one per node. They are delayed so that only few are answered at once. Nodes with few streams go first. */
export class Registrations {
	readonly #waiting = new Map<string, Request>();
	readonly #sent = new Map<string, number>();
	#streams = 0;

	/** Sends the request of a node now, or after others. It replaces an earlier request for that node. */
	ask(id: string, streams: number, send: () => void): void {
		this.#remove(id);
		this.#waiting.set(id, { streams: streams + STREAMS_OF_A_REQUEST, send });
		this.#next();
	}

	/** The request of a node is answered, or nobody waits for the answer any more. */
	over(id: string): void {
		this.#remove(id);
		this.#next();
	}

	/** All sent requests were lost with the control plane. All followers ask again. */
	reset(): void {
		this.#waiting.clear();
		this.#sent.clear();
		this.#streams = 0;
	}

	#remove(id: string): void {
		this.#waiting.delete(id);
		this.#streams -= this.#sent.get(id) ?? 0;
		this.#sent.delete(id);
	}

	#next(): void {
		for (let next = this.#smallest(); next; next = this.#smallest()) {
			const [id, { streams, send }] = next;
			if (this.#sent.size > 0 && this.#streams + streams > MAX_STREAMS_ASKED) return;
			this.#waiting.delete(id);
			this.#sent.set(id, streams);
			this.#streams += streams;
			send();
		}
	}

	#smallest(): [string, Request] | undefined {
		let smallest: [string, Request] | undefined;
		for (const one of this.#waiting) if (!smallest || one[1].streams < smallest[1].streams) smallest = one;
		return smallest;
	}
}
