import type { Directory, NodeInfo, NodeView } from "#shared/mesh/control";
import { table } from "../terminal.ts";

type NodeRow = Omit<NodeInfo, "incarnation"> & {
	state: "live" | "suspect" | "draining";
	/** The number of streams that it says it has. */
	streams: number;
	load: number;
};

type StreamRow = {
	key: string;
	/** Nodes that have it, each with the nodes that the stream passed on its way there. */
	nodes: { id: string; hops: readonly string[] }[];
	codecs: readonly string[];
	since: string;
};

/** What `--json` prints. */
export type View = { nodes: NodeRow[]; streams: StreamRow[] };

const ORDER = ["origin", "intermediate", "edge"];

/** What a directory shows of the other nodes, sorted. */
export function viewOf(directory: Pick<Directory, "nodes" | "streamsOf">): View {
	const nodes = directory.nodes().toSorted((a, b) => placeOf(a) - placeOf(b) || compare(a.info.id, b.info.id));
	const streams = new Map<string, StreamRow>();
	for (const { info } of nodes) {
		for (const { key, hops, codecs, since } of directory.streamsOf(info.id).values()) {
			const row = streams.get(key) ?? { key, nodes: [], codecs, since };
			row.nodes.push({ id: info.id, hops });
			if (since < row.since) row.since = since;
			streams.set(key, row);
		}
	}
	return {
		nodes: nodes.map(rowOf),
		streams: [...streams.values()].sort((a, b) => compare(a.key, b.key)),
	};
}

const placeOf = ({ info }: NodeView): number => ORDER.indexOf(info.role);

const compare = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

function rowOf({ info, suspect, draining, streams, load }: NodeView): NodeRow {
	const { incarnation: _, ...rest } = info;
	const state = suspect ? "suspect" : draining ? "draining" : "live";
	return { ...rest, state, streams, load };
}

/** Two tables. */
export function viewForPeople({ nodes, streams }: View): string {
	if (nodes.length === 0) return "no nodes";
	const nodeRows = nodes.map(({ id, role, group, rank, state, streams: count, rtmp, http, version }) => {
		return [id, role, `${group} ${rank}`, state, `${count}`, rtmp, http, version];
	});
	const nodeTable = table(["node", "role", "group", "state", "streams", "rtmp", "http", "version"], nodeRows);
	if (streams.length === 0) return `${nodeTable}\n\nno streams`;
	const streamRows = streams.map(({ key, nodes: holders, codecs, since }) => {
		const ways = holders.map(({ id, hops }) => (hops.length > 1 ? hops.join(">") : id));
		return [key, codecs.join(" "), since, ways.join(", ")];
	});
	return `${nodeTable}\n\n${table(["stream", "codecs", "since", "at"], streamRows)}`;
}
