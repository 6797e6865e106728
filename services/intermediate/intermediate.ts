import type { IntermediateConfig } from "#shared/config";
import type { NodeOptions } from "#shared/node";
import { type RelayService, startRelay } from "#shared/relay";

/** An intermediate: serves nodes over RTMP, pulls from the tier above, tells those below what it can give. */
export const startIntermediate = (
	config: IntermediateConfig,
	options: Omit<NodeOptions, "follow"> = {},
): Promise<RelayService> => startRelay(config, { players: "nodes", announces: true, httpFlv: false }, options);
