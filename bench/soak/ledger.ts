import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import type { MeshNode } from "../../cli/processes/mesh-node.ts";
import { collect } from "./collect.ts";
import { type Gauges, gaugesOf } from "./gauges.ts";
import { leastOf, type Sample } from "./leaks.ts";

/** A node asked to collect its garbage has done so after this. */
const COLLECTED_MS: Millis = 300;
/** Looks at a node that stands idle, and how long between two. */
const QUIET_LOOKS = 8;
const BETWEEN_LOOKS_MS: Millis = 130;

/** One process' life. */
export type Life = { readonly id: string; readonly pid: number; readonly samples: Sample[] };

/** The books of what every process holds. */
export class Ledger {
	readonly #lives = new Map<string, Life>();

	/** The life of the process that runs a node now. */
	lifeOf({ id, pid }: MeshNode): Life {
		const name = `${id} ${pid}`;
		const life = this.#lives.get(name) ?? { id, pid, samples: [] };
		this.#lives.set(name, life);
		return life;
	}

	/** The last look at the process that runs a node now; undefined before the first. */
	latest(node: MeshNode): Sample | undefined {
		return this.lifeOf(node).samples.at(-1);
	}

	/** Looks at all nodes that can answer. */
	async sample(nodes: readonly MeshNode[]): Promise<void> {
		const able = nodes.filter(({ isUp, isFrozen }) => isUp && !isFrozen);
		await Promise.all(able.map((node) => this.#sample(node)));
	}

	async #sample(node: MeshNode): Promise<void> {
		const { samples } = this.lifeOf(node);
		try {
			// One that answers has its own handler for the signal, which ends a process that has none.
			await gaugesOf(node.http);
			collect(node);
			await pause(COLLECTED_MS);
			samples.push({ ...(await gaugesOf(node.http)), at: systemClock.now() });
		} catch {
			// A fault has come between; there is a next time.
		}
	}
}

/** What a node holds where nothing comes and goes. Throws PeerLostError. */
export async function quietGaugesOf({ http }: MeshNode): Promise<Gauges> {
	const looks: Gauges[] = [];
	for (let look = 0; look < QUIET_LOOKS; look++) {
		looks.push(await gaugesOf(http));
		await pause(BETWEEN_LOOKS_MS);
	}
	return leastOf(looks);
}
