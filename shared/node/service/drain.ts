import type { Millis } from "#shared/base/clock";
import type { Node } from "./node.ts";

/** How often to check whether the last reader is gone. */
const LOOK_MS: Millis = 20;

/**
 * Ends the work of a node without a gap for its readers. It tells everyone that the node drains, and accepts no new clients. It
 * resolves when `readers` returns 0, when `drainMs` are over, or when the signal aborts.
 */
export async function drain(node: Node, drainMs: Millis, readers: () => number, noTime: AbortSignal): Promise<void> {
	const { clock, log, directory, rtmp, http, admin, siblings } = node;
	log.info({ readers: readers() }, "draining");
	node.isDraining = true;
	directory.setDraining(true);
	rtmp.refuseNew();
	// New clients get another worker. Without workers, probes and viewers are told that the node drains.
	if (siblings) for (const server of new Set([http, admin])) server.refuseNew();
	const deadline = clock.now() + drainMs;
	while (readers() > 0 && clock.now() < deadline && !noTime.aborted) {
		await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
	}
	log.info({ readers: readers() }, "drained");
}
