import { isLoopback } from "./address.ts";
import type { CommonConfig } from "./config.ts";
import type { UpstreamTable } from "./server-groups.ts";

type Spot = { readonly place: string; readonly host: string };

function upstreamSpots(table: UpstreamTable | undefined): Spot[] {
	if (table?.type !== "groups") return [];
	return table.groups.flatMap((group) =>
		[group.primary, group.secondary].flatMap((address) =>
			address?.type === "rtmp" ? [{ place: `upstream ${group.label}`, host: address.host }] : [],
		),
	);
}

/**
 * Nodes that meet over a network prove themselves to each other, so they need a key; undefined where all is well.
 * HTTP and NATS do not count: the one is for viewers, the other has credentials of its own.
 */
export function keyProblem(config: CommonConfig, upstreams?: UpstreamTable): string | undefined {
	if (config.cluster.key !== undefined) return undefined;
	const { host, advertise } = config.rtmp;
	const spots = [
		{ place: "rtmp.host", host },
		...(advertise ? [{ place: "rtmp.advertise", host: advertise.host }] : []),
		...upstreamSpots(upstreams),
	];
	const open = spots.find((spot) => !isLoopback(spot.host));
	if (!open) return undefined;
	return (
		`cluster.key: needed, because ${open.place} is ${open.host} and not loopback: ` +
		"give all nodes the same secret of 16 characters or more (MILLRACE_CLUSTER_KEY, or a file by cluster.keyFile), " +
		"made once with `openssl rand -hex 32`"
	);
}
