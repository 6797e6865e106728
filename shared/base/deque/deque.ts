/** Slots freed at the front are given back in blocks, so that a shift costs O(1) on average. */
const COMPACT_AFTER = 64;

/** A queue with access by index; push and shift take constant time on average. */
export class Deque<T> {
	#items: (T | undefined)[] = [];
	#head = 0;

	get length(): number {
		return this.#items.length - this.#head;
	}

	at(index: number): T | undefined {
		return index < 0 ? undefined : this.#items[this.#head + index];
	}

	/** All items, the oldest first. */
	*[Symbol.iterator](): Generator<T> {
		for (let place = this.#head; place < this.#items.length; place++) yield this.#items[place] as T;
	}

	push(item: T): void {
		this.#items.push(item);
	}

	shift(): T | undefined {
		if (this.length === 0) return undefined;
		const item = this.#items[this.#head];
		this.#items[this.#head++] = undefined;
		if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#items.length) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		return item;
	}
}
