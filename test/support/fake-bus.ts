import { systemClock } from "#shared/base/clock";
import type { Bus } from "../../shared/mesh/control/bus.ts";
import { NatsBus } from "../../shared/mesh/control/nats-bus.ts";

/** A way into a cluster's control plane for nodes that are not there, connected; the caller disposes it. */
export async function openFakeBus(nats: string): Promise<Bus> {
	const quiet = { clock: systemClock, log: { info: () => {}, warn: () => {} }, count: () => {} };
	const bus = new NatsBus({ servers: [nats] }, { self: { id: "fake" }, ...quiet });
	await new Promise<void>((resolve) => bus.onState((connected) => connected && resolve()));
	return bus;
}
