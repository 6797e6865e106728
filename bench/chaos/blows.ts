import type { Millis } from "#shared/base/clock";
import type { Random } from "../../test/fuzz/random.ts";
import type { Scene, SceneNode } from "./stage/scene.ts";

/** What may be struck by chance. Edges are not: those who watch there watch to the end. */
export type Ground = "origin" | "intermediate" | "nats-server";

/** One thing that goes wrong. */
export type Blow = {
	/** In words, such as `kill origin1`. */
	readonly what: string;
	strike(): Promise<void> | void;
	/** Makes it good again. */
	repair(): Promise<void> | void;
};

/** Nodes are struck more often than the control plane. */
const GROUNDS: readonly [Ground, ...Ground[]] = ["origin", "origin", "intermediate", "intermediate", "nats-server"];
/** The shortest time for which something stays wrong. */
const LEAST_AWAY_MS: Millis = 300;

/** Chooses where the next blow falls. */
export const nextGround = (random: Random): Ground => random.pick(GROUNDS);

/** Chooses how long it stays so, up to this. */
export const nextAwayMs = (random: Random, most: Millis): Millis => LEAST_AWAY_MS + random.below(most - LEAST_AWAY_MS);

/** What may be done to a node. */
export const nodeBlows = (node: SceneNode): [Blow, ...Blow[]] => [
	{ what: `kill ${node.id}`, strike: () => node.kill(), repair: () => node.start() },
	{ what: `freeze ${node.id}`, strike: () => node.freeze(), repair: () => node.thaw() },
	{ what: `drain ${node.id}`, strike: () => node.drain(), repair: () => node.start() },
];

/** What may be done to the control plane. */
export const natsBlows = ({ nats }: Pick<Scene, "nats">): [Blow, ...Blow[]] => [
	{ what: "kill nats-server", strike: () => nats.stop(), repair: () => nats.restart() },
	{ what: "freeze nats-server", strike: () => nats.pause(), repair: () => nats.resume() },
];

/** Blows under way. What is struck is well before; whether a blow could be made good is asked in the end. */
export class Dealer {
	readonly #repairs = new Map<Ground, Promise<void>>();

	/** Waits until what was last done on this ground is made good. */
	async ready(ground: Ground): Promise<void> {
		await this.#repairs.get(ground);
	}

	/** Strikes now, and makes it good when `away` is over. */
	deal(ground: Ground, { strike, repair }: Blow, away: () => Promise<void>): void {
		const blow = async (): Promise<void> => {
			await strike();
			await away();
			await repair();
		};
		const repaired = blow();
		repaired.catch(() => {});
		this.#repairs.set(ground, repaired);
	}

	/** Waits until all is made good. */
	async done(): Promise<void> {
		await Promise.all(this.#repairs.values());
	}
}
