import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config.ts";
import { keysOf } from "./keys.ts";
import { isTree, lookUp, type Tree } from "./tree.ts";

/** The dotted paths of the keys that changed. `live` ones are in force now, `restart` ones wait for a restart. */
export type Change = { readonly live: readonly string[]; readonly restart: readonly string[] };

/**
 * The configuration of a running service, and the one place where it changes. Owners keep `config` or a section of it. They read
 * a live key each time they use it. Keys that need a restart keep their first value.
 */
export class Settings<C extends Config> {
	/** Has the shape of the first configuration. A live key shows the value in force. */
	readonly config: C;
	readonly #live: ReadonlySet<string>;
	readonly #listeners = new Set<() => void>();
	readonly #first: C;
	#current: C;

	constructor(config: C) {
		this.#first = config;
		this.#current = config;
		this.#live = new Set(keysOf(config.role).flatMap(({ path, note }) => (note.live ? [path] : [])));
		this.config = this.#view(config, []) as C;
	}

	/** Takes another configuration of the same role; returns which changes are in force and which wait. */
	change(next: C): Change {
		const inForce = (path: string): unknown => at(this.#isLive(path) ? this.#current : this.#first, path);
		const paths = [...new Set([...leavesOf(this.#first), ...leavesOf(next)])];
		const changed = paths.filter((path) => !isDeepStrictEqual(inForce(path), at(next, path)));
		const change = { live: changed.filter(this.#isLive), restart: changed.filter((path) => !this.#isLive(path)) };
		this.#current = next;
		for (const listener of [...this.#listeners]) listener();
		return change;
	}

	/** Calls `listener` after every change, for owners that must act on one; the returned function ends that. */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	readonly #isLive = (path: string): boolean => this.#live.has(path);

	#view(part: Tree, above: readonly string[]): Tree {
		const view: Tree = {};
		for (const [name, value] of Object.entries(part)) {
			const path = [...above, name];
			if (this.#isLive(path.join("."))) {
				Object.defineProperty(view, name, { enumerable: true, get: () => lookUp(this.#current, path) });
			} else view[name] = isPlain(value) ? this.#view(value, path) : value;
		}
		return view;
	}
}

const at = (config: Config, path: string): unknown => lookUp(config, path.split("."));

const isPlain = (value: unknown): value is Tree => isTree(value) && Object.getPrototypeOf(value) === Object.prototype;

/** The dotted paths of all values, without those of sections. */
const leavesOf = (part: Tree, above = ""): string[] =>
	Object.entries(part).flatMap(([name, value]) =>
		isPlain(value) ? leavesOf(value, `${above}${name}.`) : [`${above}${name}`],
	);
