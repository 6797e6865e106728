import type { Socket } from "node:net";
import { openFilesLimit } from "./open-files.ts";

/** Descriptors kept for pulls, the control plane and files. With a small limit a quarter of it is kept. */
export const RESERVED_FILES = 64;

/** The most connections of a door, in all and from one address. They are read anew for each new connection. */
export type MostConnections = { readonly connections: number; readonly connectionsPerAddress: number };

/** Counts the connections of a door, in all and by address. */
export class ConnectionLimits {
	readonly #most: MostConnections;
	readonly #byAddress = new Map<string, number>();
	readonly #lastFile: number;
	#total = 0;

	/** `files`: how many files this process may have open. */
	constructor(most: MostConnections, files = openFilesLimit()) {
		this.#most = most;
		this.#lastFile = files - Math.min(RESERVED_FILES, files / 4);
	}

	get total(): number {
		return this.#total;
	}

	/**
	 * Counts a connection in, or returns why there is no room for it. Call `leave` once for each one that got in. `descriptor` was
	 * the lowest free number, so it tells how many files are open in all.
	 */
	enter(address: string, descriptor = 0): "connections" | "connections-per-address" | "open-files" | undefined {
		const place = placeOf(address);
		const here = this.#byAddress.get(place) ?? 0;
		if (this.#total >= this.#most.connections) return "connections";
		if (here >= this.#most.connectionsPerAddress) return "connections-per-address";
		if (descriptor >= this.#lastFile) return "open-files";
		this.#total++;
		this.#byAddress.set(place, here + 1);
		return undefined;
	}

	leave(address: string): void {
		const place = placeOf(address);
		const here = this.#byAddress.get(place) ?? 0;
		this.#total--;
		if (here > 1) this.#byAddress.set(place, here - 1);
		else this.#byAddress.delete(place);
	}
}

/** The file descriptor of an accepted socket; 0 if it has none of its own. */
export function descriptorOf(socket: Socket): number {
	// Node has no public name for it.
	const { _handle } = socket as Socket & { _handle?: { fd?: number } };
	return _handle?.fd ?? 0;
}

/**
 * What counts as one address. IPv6: the network of 64 bits, because one subscriber has at least that many addresses (RFC 6177
 * §2). IPv4: the address, in whatever notation.
 */
export function placeOf(address: string): string {
	if (!address.includes(":")) return address;
	const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (v4 !== undefined) return v4;
	const [head = "", tail] = address.replace(/%.*/, "").split("::");
	const groups = head === "" ? [] : head.split(":");
	const after = tail === undefined || tail === "" ? [] : tail.split(":");
	// An IPv4 address at the end fills two groups.
	const length = groups.length + after.length + (address.includes(".") ? 1 : 0);
	const all = [...groups, ...Array.from({ length: tail === undefined ? 0 : 8 - length }, () => "0"), ...after];
	return `${all
		.slice(0, 4)
		.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
		.join(":")}::/64`;
}
