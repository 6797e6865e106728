import { BusDirectory } from "./bus-directory.ts";
import type { Directory, DirectoryOptions } from "./directory.ts";
import { NatsBus } from "./nats-bus.ts";
import type { NatsOptions } from "./nats-options.ts";

/**
 * A directory over NATS. Returns at once, also while no server is there: the state tells.
 * Throws ConfigError where the options cannot be used (an unreadable file, a bad node id).
 */
export function openNatsDirectory(nats: NatsOptions, options: DirectoryOptions): Directory {
	return new BusDirectory(new NatsBus(nats, options), options);
}
