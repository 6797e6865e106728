import { ConfigError } from "#shared/errors";
import type { DirectoryOptions } from "./directory.ts";
import { nodeInfo } from "./messages.ts";
import { isClusterName } from "./subjects.ts";

/** Throws ConfigError where others would not understand this node. */
export function checkOptions({ cluster, self }: DirectoryOptions): void {
	if (!isClusterName(cluster))
		throw new ConfigError(`The cluster name "${cluster}" must be 1 to 64 letters, digits, "_" or "-".`);
	const issue = nodeInfo.safeParse(self).error?.issues[0];
	if (issue) throw new ConfigError(`This node's ${issue.path.join(".")} cannot be announced to others.`);
}
