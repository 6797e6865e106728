import type { Directory, NodeInfo, NodeReport, NodeView } from "#shared/mesh/control";

type NodeRow = Omit<NodeInfo, "incarnation"> & {
	state: "live" | "suspect" | "draining";
	load: number;
	/** How many streams it says others can have from it. */
	offers: number;
	/** How many are published at it or pulled by it; this and the next ones null where it did not answer. */
	streams: number | null;
	publishers: number | null;
	viewers: number | null;
	/** Nodes that pull from it, once for each stream. */
	pulls: number | null;
};

/** A node that offers a stream, carries it, or both. */
export type StreamAt = {
	id: string;
	/** The nodes the stream passes on its way there, this one last; where the node offers it. */
	hops?: readonly string[];
	/** The server on air, null where there is none; this and the next ones where the node carries it. */
	upstream?: string | null;
	standby?: readonly string[];
	/** Viewers and nodes. */
	readers?: number;
};

type StreamRow = {
	key: string;
	nodes: StreamAt[];
	codecs: readonly string[];
	/** Null where no node of the mesh offers it. */
	since: string | null;
};

/** What `--json` prints. */
export type View = { nodes: NodeRow[]; streams: StreamRow[] };

/** What nodes answered, by id; undefined where one did not. */
export type Reports = ReadonlyMap<string, NodeReport | undefined>;

const ORDER = ["origin", "intermediate", "edge"];

/** What a directory shows of the others and what they report, sorted. */
export function viewOf(directory: Pick<Directory, "nodes" | "streamsOf">, reports: Reports): View {
	const nodes = directory.nodes().toSorted((a, b) => placeOf(a) - placeOf(b) || compare(a.info.id, b.info.id));
	const streams = new Map<string, StreamRow>();
	const rowOf = (key: string): StreamRow => {
		const row = streams.get(key) ?? { key, nodes: [], codecs: [], since: null };
		streams.set(key, row);
		return row;
	};
	for (const { info } of nodes) {
		const here = new Map<string, StreamAt>();
		for (const { key, hops, codecs, since } of directory.streamsOf(info.id).values()) {
			here.set(key, { id: info.id, hops });
			const row = rowOf(key);
			if (row.codecs.length === 0) row.codecs = codecs;
			if (row.since === null || since < row.since) row.since = since;
		}
		for (const { key, ...carried } of reports.get(info.id)?.streams ?? []) {
			here.set(key, { id: info.id, ...here.get(key), ...carried });
		}
		for (const [key, at] of here) rowOf(key).nodes.push(at);
	}
	return {
		nodes: nodes.map((node) => nodeRow(node, reports.get(node.info.id))),
		streams: [...streams.values()].sort((a, b) => compare(a.key, b.key)),
	};
}

const placeOf = ({ info }: NodeView): number => ORDER.indexOf(info.role);

const compare = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });

function nodeRow(
	{ info, suspect, draining, streams: offers, load }: NodeView,
	report: NodeReport | undefined,
): NodeRow {
	const { incarnation: _, ...rest } = info;
	const state = suspect ? "suspect" : draining ? "draining" : "live";
	const { sessions, streams } = report ?? {};
	return {
		...{ ...rest, state, load, offers, streams: streams?.length ?? null },
		...{ publishers: sessions?.publish ?? null, viewers: sessions?.play ?? null, pulls: sessions?.pull ?? null },
	};
}
