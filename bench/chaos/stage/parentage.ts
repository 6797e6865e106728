import type { Millis } from "#shared/base/clock";
import { StartError } from "#shared/base/errors";
import type { Chronicle } from "./chronicle.ts";
import type { Role, SceneNode } from "./scene.ts";

/** Backoffs of a few seconds included, every child has its parents again within this time; more is a fault. */
const WHOLE_MS: Millis = 30_000;

const PARENTS: Record<Role, Role | undefined> = {
	origin: undefined,
	intermediate: "origin",
	edge: "intermediate",
};

/** Who plays from whom in a mesh, and who should, as its logs tell. */
export class Parentage<N extends SceneNode> {
	readonly #nodes: () => readonly N[];
	readonly #chronicle: Chronicle;
	readonly #standby: number;

	constructor(nodes: () => readonly N[], chronicle: Chronicle, { standby }: { standby: number }) {
		this.#nodes = nodes;
		this.#chronicle = chronicle;
		this.#standby = standby;
	}

	tier(role: Role): readonly N[] {
		return this.#nodes().filter((node) => node.role === role);
	}

	/** The parent on air at the first edge, or above that one. Throws StartError where none is. */
	inUse(role: "origin" | "intermediate"): N {
		const child = role === "intermediate" ? this.tier("edge")[0] : this.inUse("intermediate");
		const onAir = child && this.#chronicle.onAir(child.id);
		const named = this.tier(role).filter(({ names }) => onAir !== undefined && names.includes(onAir));
		// Servers of one group share its name: the first to answer is on air.
		const played = [...this.#chronicle.playsFrom(child?.id ?? "")];
		const found = played.flatMap((name) => named.find(({ names }) => names.includes(name)) ?? [])[0] ?? named[0];
		if (!found) throw new StartError(`${child?.id} has no ${role} on air`);
		return found;
	}

	/** Waits until every child plays from all parents it should; what is missing when that takes too long. */
	async untilWhole(signal: AbortSignal): Promise<readonly string[]> {
		const isWhole = await this.#chronicle.until(() => this.#missing().length === 0, WHOLE_MS, signal);
		return isWhole ? [] : this.#missing().map(({ child, parent }) => `${child.id} does not play from ${parent.id}`);
	}

	/** Waits until these nodes are up and all their children play from them; whether they came to. */
	async untilWell(nodes: readonly SceneNode[], signal: AbortSignal): Promise<boolean> {
		const isWell = (node: SceneNode): boolean =>
			node.isUp && !node.isFrozen && this.#missing().every(({ parent }) => parent !== node);
		return await this.#chronicle.until(() => nodes.every(isWell), WHOLE_MS, signal);
	}

	/** Streams are pulled on demand: an intermediate that no edge plays from plays from nobody. */
	#isWanted(node: SceneNode): boolean {
		const isRead = (): boolean => this.tier("edge").some((edge) => this.#plays(edge, node));
		return node.role === "edge" || isRead();
	}

	#plays(child: SceneNode, parent: SceneNode): boolean {
		const live = this.#chronicle.playsFrom(child.id);
		return parent.names.some((name) => live.has(name));
	}

	/** Pairs of nodes that should be connected and are not. */
	#missing(): { child: SceneNode; parent: SceneNode }[] {
		return this.#nodes().flatMap((child) => {
			const role = PARENTS[child.role];
			if (!role || !child.isUp || !this.#isWanted(child)) return [];
			const parents = this.tier(role).filter(({ isUp }) => isUp);
			const missing = parents.filter((parent) => !this.#plays(child, parent));
			const isEnough = parents.length - missing.length > this.#standby;
			return isEnough ? [] : missing.map((parent) => ({ child, parent }));
		});
	}
}
