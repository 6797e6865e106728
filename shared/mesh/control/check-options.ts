import { ConfigError } from "#shared/base/errors";
import type { DirectoryOptions } from "./directory.ts";
import { nodeInfo } from "./messages.ts";
import { isClusterName } from "./subjects.ts";

/** Throws ConfigError where others would not understand this node. */
export function checkOptions({ cluster, self }: DirectoryOptions): void {
	if (!isClusterName(cluster))
		throw new ConfigError(`The cluster name "${cluster}" must be 1 to 64 letters, digits, "_" or "-".`);
	const [name] = nodeInfo.safeParse(self).error?.issues[0]?.path ?? [];
	if (name === "rtmp" || name === "http") {
		throw new ConfigError(`Others cannot dial ${self[name]}: say with ${name}.advertise where they reach this node.`);
	}
	if (name !== undefined) throw new ConfigError(`This node's ${String(name)} cannot be announced to others.`);
}
