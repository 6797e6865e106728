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

/** A server group with those of its servers that have a stream: its primary first. `tier` 0 is the nearest. */
export type Group = { readonly label: string; readonly tier: number; readonly servers: readonly Candidate[] };

/** Server groups that have the stream, in order of preference. Loops, suspect and draining nodes are left out. */
export function groupsFor(key: StreamKey, sight: Sight): readonly Group[] {
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
	return { id: info.id, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 1935), app };
}

/** Tier by tier; within one, each child begins at another group, so that children spread over parents. */
function discovered(tiers: readonly UpstreamTier[], holders: readonly Holder[], self: string): Group[] {
	return tiers.flatMap((wanted, tier) => {
		const here = holders.map(({ node }) => node).filter(({ info }) => isInTier(wanted, info));
		const labels = [...new Set(here.map(({ info }) => info.group))];
		return labels
			.sort((a, b) => spread(self, a).localeCompare(spread(self, b)))
			.map((group) => ({
				// Tiers may use the same names for their groups.
				label: `${wanted.role}/${group}`,
				tier,
				servers: inOrder(here.filter(({ info }) => info.group === group)),
			}));
	});
}

const inOrder = (nodes: readonly NodeView[]): Candidate[] =>
	[...nodes].sort((a, b) => orderOf(a).localeCompare(orderOf(b))).map((node) => ofNode(node));

const orderOf = ({ info }: NodeView): string => `${info.rank === "primary" ? 0 : 1} ${info.id}`;

/** A number of fixed width that is as good as random, the same for the same pair. */
function spread(child: string, parent: string): string {
	let hash = 2_166_136_261;
	for (const char of `${child} ${parent}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
	return hash.toString(16).padStart(8, "0");
}

/** In the table's order. A server that no node announces may have the stream all the same, but is asked last. */
function tabled(groups: readonly ServerGroup[], holders: readonly Holder[], { directory }: Sight): Group[] {
	const nodes = directory.nodes();
	const isForeign = (address: Address): address is ForeignAddress =>
		address.type === "rtmp" && !nodes.some(({ info }) => isAt(address, info));
	return groups.flatMap(({ label, primary, secondary, app }): Group[] => {
		const addresses = secondary ? [primary, secondary] : [primary];
		const known = addresses
			.flatMap((address) => holders.find(({ node }) => isAt(address, node.info)) ?? [])
			.map(({ node }) => ofNode(node, app));
		if (known.length > 0) return [{ label, tier: 0, servers: known }];
		const foreign = addresses.filter(isForeign).map((address) => ofAddress(address, app));
		return foreign.length > 0 ? [{ label, tier: 1, servers: foreign }] : [];
	});
}

type ForeignAddress = Extract<Address, { type: "rtmp" }>;

const ofAddress = (address: ForeignAddress, app: string | undefined): Candidate => ({
	id: `${address.host}:${address.port}`,
	host: address.host,
	port: address.port,
	app: address.app ?? app,
});
