/** How many connections a door holds open, in all and from one address. */
export class ConnectionLimits {
	readonly #most: { total: number; perAddress: number };
	readonly #byAddress = new Map<string, number>();
	#total = 0;

	constructor(most: { total: number; perAddress: number }) {
		this.#most = most;
	}

	get total(): number {
		return this.#total;
	}

	/** Counts a connection in; the reason why not where there is no room. Each one let in is to be `leave`d once. */
	enter(address: string): "connections" | "connections-per-address" | undefined {
		const here = this.#byAddress.get(address) ?? 0;
		if (this.#total >= this.#most.total) return "connections";
		if (here >= this.#most.perAddress) return "connections-per-address";
		this.#total++;
		this.#byAddress.set(address, here + 1);
		return undefined;
	}

	leave(address: string): void {
		const here = this.#byAddress.get(address) ?? 0;
		this.#total--;
		if (here > 1) this.#byAddress.set(address, here - 1);
		else this.#byAddress.delete(address);
	}
}
