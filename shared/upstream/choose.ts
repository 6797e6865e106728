import type { Address, ServerGroup, UpstreamTable, UpstreamTier } from "#shared/config";
import type { Directory, Holder, NodeInfo, NodeView } from "#shared/control";
import type { StreamKey } from "#shared/media";
import type { Candidate } from "./candidate.ts";

/** What a choice looks at: the table, what the directory shows, and who chooses. */
export type Sight = {
	readonly self: string;
	readonly table: UpstreamTable;
	readonly directory: Pick<Directory, "nodes" | "holders" | "state">;
};

/** Whether a node's streams are wanted here: it stands in the table, or in one of its tiers. */
export function isUpstream(table: UpstreamTable, info: NodeInfo): boolean {
	if (table.type === "discover") return table.tiers.some((tier) => isInTier(tier, info));
	return table.groups.some(({ primary, secondary }) =>
		[primary, secondary].some((address) => address && isAt(address, info)),
	);
}

/** Upstreams that have the stream, in the order they are to be tried. Loops, suspect and draining nodes are left out. */
export function candidatesFor(key: StreamKey, sight: Sight): readonly Candidate[] {
	const holders = sight.directory.holders(key).filter((holder) => isUsable(holder, sight.self));
	return sight.table.type === "discover"
		? discovered(sight.table.tiers, holders, sight.self)
		: tabled(sight.table.groups, holders, sight);
}

/** The path of a stream through its best holder, or undefined where nobody has it: what this node tells its own children. */
export function bestHolder(key: StreamKey, sight: Sight): Holder | undefined {
	const usable = sight.directory.holders(key).filter(({ stream }) => !stream.hops.includes(sight.self));
	// Ties are broken by name, so that what is announced does not change with the order of messages.
	return usable.sort((a, b) => rankOf(a) - rankOf(b) || a.node.info.id.localeCompare(b.node.info.id))[0];
}

const rankOf = ({ node, stream }: Holder): number =>
	(node.suspect ? 1000 : 0) + (node.draining ? 100 : 0) + stream.hops.length;

const isUsable = ({ node, stream }: Holder, self: string): boolean =>
	!node.suspect && !node.draining && node.info.id !== self && !stream.hops.includes(self);

const isInTier = (tier: UpstreamTier, info: NodeInfo): boolean =>
	info.role === tier.role && (tier.group === undefined || info.group === tier.group);

function isAt(address: Address, info: NodeInfo): boolean {
	if (address.type === "node") return address.id === info.id;
	const { hostname, port } = new URL(info.rtmp);
	return hostname.replace(/^\[|\]$/g, "") === address.host && Number(port || 1935) === address.port;
}

function ofNode({ info }: NodeView, app?: string): Candidate {
	const { hostname, port } = new URL(info.rtmp);
	return { id: info.id, group: info.group, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 1935), app };
}

/** Tier by tier; within one, primaries first, each child beginning at another so that children spread over parents. */
function discovered(tiers: readonly UpstreamTier[], holders: readonly Holder[], self: string): Candidate[] {
	const order = ({ node }: Holder): string => `${node.info.rank === "primary" ? 0 : 1}${spread(self, node.info.id)}`;
	return tiers.flatMap((tier) =>
		holders
			.filter(({ node }) => isInTier(tier, node.info))
			.sort((a, b) => order(a).localeCompare(order(b)))
			.map(({ node }) => ofNode(node)),
	);
}

/** A number of fixed width that is as good as random, the same for the same pair. */
function spread(child: string, parent: string): string {
	let hash = 2_166_136_261;
	for (const char of `${child} ${parent}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
	return hash.toString(16).padStart(8, "0");
}

/** All primaries in the table's order, then all secondaries; servers that no node announces are tried last. */
function tabled(groups: readonly ServerGroup[], holders: readonly Holder[], { directory }: Sight): Candidate[] {
	const nodes = directory.nodes();
	const known: Candidate[] = [];
	const unknown: Candidate[] = [];
	const add = ({ label, app }: ServerGroup, address: Address | undefined): void => {
		if (!address) return;
		const holder = holders.find(({ node }) => isAt(address, node.info));
		if (holder) known.push({ ...ofNode(holder.node, app), group: label });
		else if (address.type === "rtmp" && !nodes.some(({ info }) => isAt(address, info)))
			unknown.push(ofAddress(address, label, app));
	};
	for (const group of groups) add(group, group.primary);
	for (const group of groups) add(group, group.secondary);
	return [...known, ...unknown];
}

const ofAddress = (address: Extract<Address, { type: "rtmp" }>, group: string, app: string | undefined): Candidate => ({
	id: `${address.host}:${address.port}`,
	group,
	host: address.host,
	port: address.port,
	app: address.app ?? app,
});
