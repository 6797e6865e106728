import type { EdgeConfig } from "#shared/config";
import type { NodeOptions } from "#shared/node";
import { type RelayService, startRelay } from "#shared/relay";

/** An edge in one process: serves viewers over RTMP and HTTP-FLV, pulls from the tiers above. */
export const startEdge = (config: EdgeConfig, options: Omit<NodeOptions, "follow"> = {}): Promise<RelayService> =>
	startRelay(config, { players: "anyone", announces: false, httpFlv: true }, options);
