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
 * Says that a key is missing, or undefined. Nodes that meet over a network prove to each other that they know the key.
 * HTTP needs no key, because it is for viewers. NATS needs none, because it has its own credentials.
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
		`cluster.key: needed, because ${open.place} is ${open.host}, which is not loopback: ` +
		"make a secret once with `openssl rand -hex 32` and give it to all nodes " +
		"(as MILLRACE_CLUSTER_KEY, or in a file that cluster.keyFile names)"
	);
}
