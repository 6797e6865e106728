import { setTimeout as pause } from "node:timers/promises";
import { type Millis, systemClock } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { Random } from "../../test/fuzz/random.ts";
import { Dealer, type Ground, nextGround } from "../chaos/blows.ts";
import { nextBlow, type SoakBlow } from "./blows.ts";
import type { SoakMesh } from "./soak-mesh.ts";

/** A feed that is back is recognised within this time; then the other one may be struck. */
const RECOGNISED_MS: Millis = 2_000;

export type FaultOptions = {
	readonly seed: number;
	readonly everyMs: Millis;
	/** Begins no more after this moment of the system clock. */
	readonly until: Millis;
	readonly signal: AbortSignal;
	onFault(blow: SoakBlow): void;
	/** No more begin. */
	onEnough(): void;
};

/** One blow after another; done when all is made good. Throws PeerLostError where a tier does not get well. */
export async function strike(mesh: SoakMesh, options: FaultOptions): Promise<void> {
	const { seed, everyMs, until, signal, onFault, onEnough } = options;
	const random = new Random(seed);
	const dealer = new Dealer();
	let last = "the start";
	for (let next = systemClock.now() + everyMs; next < until; next = Math.max(next, systemClock.now()) + everyMs) {
		await pause(Math.max(next - systemClock.now(), 0), undefined, { signal });
		const ground = nextGround(random);
		const blow = nextBlow(mesh, ground, random);
		await dealer.ready(ground);
		await ensureWell(mesh, ground, last, signal);
		onFault(blow);
		last = blow.what;
		dealer.deal(ground, blow, () => pause(blow.awayMs, undefined, { signal }));
	}
	onEnough();
	await dealer.done();
	for (const ground of ["origin", "intermediate"] as const) await ensureWell(mesh, ground, last, signal);
}

/** One node of each tier is always well; the other may be struck only when both are. */
async function ensureWell(mesh: SoakMesh, ground: Ground, last: string, signal: AbortSignal): Promise<void> {
	if (ground === "nats-server") return;
	if (!(await mesh.untilWell(ground, signal))) throw new PeerLostError(`the ${ground}s do not get well after: ${last}`);
	await pause(RECOGNISED_MS, undefined, { signal });
}
