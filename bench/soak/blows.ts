import type { Millis } from "#shared/clock";
import type { Random } from "../../test/fuzz/random.ts";
import type { StagedNode } from "../chaos/stage/staged-node.ts";
import type { Wire } from "../chaos/stage/wire.ts";
import type { SoakMesh } from "./soak-mesh.ts";

/** What may be struck. Edges are not: their memory is followed from the first minute to the last. */
export type Ground = "origin" | "intermediate" | "nats-server";

/** One thing that goes wrong. */
export type Blow = {
	/** In words, such as `kill origin1`. */
	readonly what: string;
	/** How long it stays so. */
	readonly awayMs: Millis;
	strike(): Promise<void> | void;
	/** Makes it good again. */
	repair(): Promise<void> | void;
};

type Kind = Omit<Blow, "awayMs">;

/** Nodes are struck more often than the control plane. */
const GROUNDS: readonly [Ground, ...Ground[]] = ["origin", "origin", "intermediate", "intermediate", "nats-server"];
const LEAST_AWAY_MS: Millis = 300;
const MOST_AWAY_MS: Millis = 8_000;

/** Chooses where the next blow falls. */
export const nextGround = (random: Random): Ground => random.pick(GROUNDS);

/** Chooses a blow: whatever it is, the struck node's sibling is left alone. */
export function nextBlow(mesh: SoakMesh, ground: Ground, random: Random): Blow {
	const node = ground === "nats-server" ? undefined : mesh.tier(ground)[random.below(2)];
	const wire = node && mesh.wires.get(node.id);
	const kind = random.pick(node && wire ? [...nodeKinds(node), ...wireKinds(node, wire)] : natsKinds(mesh));
	return { ...kind, awayMs: LEAST_AWAY_MS + random.below(MOST_AWAY_MS - LEAST_AWAY_MS) };
}

const nodeKinds = (node: StagedNode): [Kind, ...Kind[]] => [
	{ what: `kill ${node.id}`, strike: () => node.kill(), repair: () => node.start() },
	{ what: `freeze ${node.id}`, strike: () => node.freeze(), repair: () => node.thaw() },
	{ what: `drain ${node.id}`, strike: () => node.drain(), repair: () => node.start() },
];

/** An origin's wire leads to it from its publishers, an intermediate's from its edges. */
function wireKinds({ id, role }: StagedNode, wire: Wire): Kind[] {
	const which = `${role === "origin" ? "the publishers'" : "the edges'"} link to ${id}`;
	return [
		{ what: `cut ${which}`, strike: () => wire.cut(), repair: () => wire.mend() },
		{ what: `make a black hole of ${which}`, strike: () => wire.swallow(), repair: () => wire.mend() },
	];
}

const natsKinds = ({ nats }: SoakMesh): [Kind, ...Kind[]] => [
	{ what: "kill nats-server", strike: () => nats.stop(), repair: () => nats.restart() },
	{ what: "freeze nats-server", strike: () => nats.pause(), repair: () => nats.resume() },
];
