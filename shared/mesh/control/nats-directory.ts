import { BusDirectory } from "./bus-directory.ts";
import type { Directory, DirectoryOptions } from "./directory.ts";
import { NatsBus } from "./nats-bus.ts";
import type { NatsOptions } from "./nats-options.ts";

/**
 * A directory over NATS. It returns at once, also if no server is there: `state` tells. Throws ConfigError if the options cannot
 * be used (an unreadable file, a bad node id).
 */
export function openNatsDirectory(nats: NatsOptions, options: DirectoryOptions): Directory {
	return new BusDirectory(new NatsBus(nats, options), options);
}
