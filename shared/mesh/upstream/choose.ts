import {
	type Address,
	parseAddress,
	type ServerGroup,
	type UpstreamTable,
	type UpstreamTier,
} from "#shared/base/config";
import type { StreamKey } from "#shared/base/names";
import type { Directory, Holder, NodeInfo } from "#shared/mesh/control";
import type { Candidate, Server } from "./candidate.ts";

/** The basis of a choice: the table of upstreams, the directory, and the node that chooses. */
export type Sight = {
	readonly self: string;
	readonly table: UpstreamTable;
	readonly directory: Pick<Directory, "nodes" | "holders" | "state">;
};

/** Whether a node is an upstream: it is in the table, or in one of its tiers. */
export function isUpstream(table: UpstreamTable, info: NodeInfo): boolean {
	if (table.type === "discover") return table.tiers.some((tier) => isInTier(tier, info));
	return table.groups.some(({ primary, secondary }) =>
		[primary, secondary].some((address) => address && isAt(address, info)),
	);
}

/**
 * Servers that have the stream, each once, in order of preference: tier by tier the primaries of all groups, then the
 * secondaries. Loops, draining nodes and nodes without an address to dial are left out.
 */
export function serversFor(key: StreamKey, sight: Sight): readonly Server[] {
	const holders = sight.directory.holders(key).filter((holder) => isUsable(holder, sight.self));
	const servers =
		sight.table.type === "discover"
			? discovered(sight.table.tiers, holders, sight.self)
			: tabled(sight.table.groups, holders, sight);
	return once(inOrder(servers));
}

/** The hops of a stream through its best holder; undefined if nobody has it. This node announces them to its children. */
export function bestHolder(key: StreamKey, sight: Sight): Holder | undefined {
	const usable = sight.directory.holders(key).filter(({ stream }) => !stream.hops.includes(sight.self));
	// Names break ties, so that the announcement does not depend on the order of messages.
	return usable.sort((a, b) => rankOf(a) - rankOf(b) || a.node.info.id.localeCompare(b.node.info.id))[0];
}

const rankOf = ({ node, stream }: Holder): number =>
	(node.suspect ? 1000 : 0) + (node.draining ? 100 : 0) + stream.hops.length;

const isUsable = ({ node, stream }: Holder, self: string): boolean =>
	!node.draining && node.info.id !== self && !stream.hops.includes(self);

const isInTier = (tier: UpstreamTier, info: NodeInfo): boolean =>
	info.role === tier.role && (tier.group === undefined || info.group === tier.group);

type DialledAddress = Extract<Address, { type: "rtmp" }>;

/** The address that a node announces; undefined if it is not usable. It stays the same for a run of the node. */
function placeOf(info: NodeInfo): DialledAddress | undefined {
	const known = places.get(info);
	if (known || places.has(info)) return known;
	const address = parseAddress(info.rtmp);
	const place = address?.type === "rtmp" ? address : undefined;
	places.set(info, place);
	return place;
}

const places = new WeakMap<NodeInfo, DialledAddress | undefined>();

function isAt(address: Address, info: NodeInfo): boolean {
	if (address.type === "node") return address.id === info.id;
	const place = placeOf(info);
	return place?.host === address.host && place.port === address.port;
}

/** The place of a server among the others: its tier, and the place of its group in that tier. */
type Standing = Pick<Server, "group" | "rank" | "tier"> & { readonly groupAt: number };
type Standee = Server & Pick<Standing, "groupAt">;

function ofHolder({ node: { info, suspect }, stream }: Holder, standing: Standing, app?: string): Standee[] {
	const place = placeOf(info);
	if (!place) return [];
	const { host, port } = place;
	return [{ id: info.id, host, port, app, depth: stream.hops.length - 1, isSuspect: suspect, ...standing }];
}

/** Each child begins with another group, and in the group with another server, so that children spread over the parents. */
function discovered(tiers: readonly UpstreamTier[], holders: readonly Holder[], self: string): Standee[] {
	return tiers.flatMap((wanted, tier) => {
		const here = holders.filter(({ node }) => isInTier(wanted, node.info));
		const labels = [...new Set(here.map(({ node }) => node.info.group))];
		const places = bySpread(self, labels, (label) => label);
		return bySpread(self, here, ({ node }) => node.info.id).flatMap((holder) => {
			const { group, rank } = holder.node.info;
			// Tiers may use the same names for their groups.
			return ofHolder(holder, { group: `${wanted.role}/${group}`, rank, tier, groupAt: places.indexOf(group) });
		});
	});
}

const bySpread = <T>(self: string, all: readonly T[], name: (one: T) => string): T[] =>
	[...all].sort((a, b) => spread(self, name(a)).localeCompare(spread(self, name(b))));

/** A number of fixed width that looks random and is always the same for the same pair. */
function spread(child: string, parent: string): string {
	let hash = 2_166_136_261;
	for (const char of `${child} ${parent}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
	return hash.toString(16).padStart(8, "0");
}

/** A server that no node announces may still have the stream. It is asked last. */
function tabled(groups: readonly ServerGroup[], holders: readonly Holder[], { directory }: Sight): Standee[] {
	const nodes = directory.nodes();
	return groups.flatMap(({ label: group, primary, secondary, app }, groupAt) =>
		[primary, ...(secondary ? [secondary] : [])].flatMap((address, index): Standee[] => {
			const standing = { group, rank: index === 0 ? "primary" : "secondary", groupAt } as const;
			const holder = holders.find(({ node }) => isAt(address, node.info));
			if (holder) return ofHolder(holder, { ...standing, tier: 0 }, app);
			if (address.type === "node" || nodes.some(({ info }) => isAt(address, info))) return [];
			return [{ ...ofAddress(address, app), ...standing, tier: 1, isSuspect: false }];
		}),
	);
}

const ofAddress = ({ host, port, ...address }: DialledAddress, app: string | undefined): Candidate => ({
	id: `${host}:${port}`,
	host,
	port,
	app: address.app ?? app,
	depth: 0,
});

/** If a group has several servers of one rank, its second server comes after the first server of every other group. */
function inOrder(servers: readonly Standee[]): Standee[] {
	const before = new Map<string, number>();
	const keyed = servers.map((server) => {
		const { tier, group, rank, groupAt } = server;
		const peers = `${tier} ${rank} ${group}`;
		const nth = before.get(peers) ?? 0;
		before.set(peers, nth + 1);
		return { server, order: [tier, rank === "primary" ? 0 : 1, nth, groupAt] };
	});
	const compare = (a: readonly number[], b: readonly number[]): number =>
		a.map((value, at) => value - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
	return keyed.sort((a, b) => compare(a.order, b.order)).map(({ server }) => server);
}

/** The same server may be in several groups, or in one group by address and by id. With another app it counts as another server. */
function once(servers: readonly Standee[]): Server[] {
	const kept: Server[] = [];
	for (const { groupAt: _, ...server } of servers) {
		const other = `${server.id}/${server.app ?? ""}`;
		const first = kept.find(({ id }) => id === server.id);
		if (!first) kept.push(server);
		else if (first.app !== server.app && kept.every(({ id }) => id !== other)) kept.push({ ...server, id: other });
	}
	return kept;
}
