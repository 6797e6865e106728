import type { Millis } from "#shared/base/clock";
import type { MeshNode } from "../../cli/processes/mesh-node.ts";
import type { Random } from "../../test/fuzz/random.ts";
import type { Wire } from "../../test/support/wire.ts";
import { type Blow, type Ground, natsBlows, nextAwayMs, nodeBlows } from "../chaos/blows.ts";
import type { SoakMesh } from "./soak-mesh.ts";

/** One thing that goes wrong, and how long it stays so. */
export type SoakBlow = Blow & { readonly awayMs: Millis };

const MOST_AWAY_MS: Millis = 8_000;

/** Chooses a blow: whatever it is, the struck node's sibling is left alone. */
export function nextBlow(mesh: SoakMesh, ground: Ground, random: Random): SoakBlow {
	const node = ground === "nats-server" ? undefined : mesh.tier(ground)[random.below(2)];
	const wire = node && mesh.wires.get(node.id);
	const blow = random.pick(node && wire ? [...nodeBlows(node), ...wireBlows(node, wire)] : natsBlows(mesh));
	return { ...blow, awayMs: nextAwayMs(random, MOST_AWAY_MS) };
}

/** An origin's wire leads to it from its publishers, an intermediate's from its edges. */
function wireBlows({ id, role }: MeshNode, wire: Wire): Blow[] {
	const which = `${role === "origin" ? "the publishers'" : "the edges'"} link to ${id}`;
	return [
		{ what: `cut ${which}`, strike: () => wire.cut(), repair: () => wire.mend() },
		{ what: `make a black hole of ${which}`, strike: () => wire.swallow(), repair: () => wire.mend() },
	];
}
