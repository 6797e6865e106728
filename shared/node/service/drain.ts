import type { Millis } from "#shared/base/clock";
import type { Node } from "./node.ts";

/** How often it is looked whether the last reader is gone. */
const LOOK_MS: Millis = 20;

/**
 * Ends a node's work without a gap for its readers: tells everyone that it drains, lets nobody in, and is done when `readers`
 * says 0, when `drainMs` are over, or when the signal says that there is no time.
 */
export async function drain(node: Node, drainMs: Millis, readers: () => number, noTime: AbortSignal): Promise<void> {
	const { clock, log, directory, rtmp, http, admin, siblings } = node;
	log.info({ readers: readers() }, "draining");
	node.isDraining = true;
	directory.setDraining(true);
	rtmp.refuseNew();
	// Who comes now finds a sibling; where there is none, probes and viewers are told what goes on.
	if (siblings) for (const server of new Set([http, admin])) server.refuseNew();
	const deadline = clock.now() + drainMs;
	while (readers() > 0 && clock.now() < deadline && !noTime.aborted) {
		await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
	}
	log.info({ readers: readers() }, "drained");
}
