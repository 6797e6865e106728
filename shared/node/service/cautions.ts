import { type Config, isWildcard } from "#shared/base/config";
import type { NodeInfo } from "#shared/mesh/control";
import { RESERVED_FILES } from "#shared/net/socket";

export type Caution = { readonly about: object; readonly message: string };

/** Warnings for the person who started the service, one log line each. `openFiles` is the limit of this process. */
export function cautions(config: Config, info: Pick<NodeInfo, "rtmp" | "http">, openFiles: number): Caution[] {
	const found: Caution[] = [];
	for (const scheme of ["rtmp", "http"] as const) {
		const { host, advertise } = config[scheme];
		if (advertise || !isWildcard(host)) continue;
		found.push({
			about: { announced: info[scheme] },
			message: `${scheme} listens on all addresses, so others are told the name of this machine: set ${scheme}.advertise to what they reach`,
		});
	}
	// Each door counts for itself.
	const needed = 2 * config.limits.connections + RESERVED_FILES;
	if (openFiles < needed) {
		found.push({
			about: { openFiles, needed },
			message:
				"the limit of open files is lower than limits.connections needs: connections are refused before it (ulimit -n)",
		});
	}
	return found;
}
