import { expect, test } from "vitest";
import { parseStreamKey } from "#shared/base/names";
import type { NodeInfo, NodeView, StreamInfo } from "#shared/mesh/control";
import { viewForPeople, viewOf } from "./view.ts";

const node = (id: string, role: NodeInfo["role"], more: Partial<NodeView> = {}): NodeView => ({
	info: {
		...{ id, role, group: "server1", rank: "primary", incarnation: "x", version: "0.1.0" },
		...{ rtmp: `rtmp://${id}:1935`, http: `http://${id}:8080` },
	},
	...{ suspect: false, draining: false, load: 0, streams: 0, synced: true },
	...more,
});

const key = parseStreamKey("live/demo");
if (!key) throw new Error("not a key");
const stream = (hops: string[], since: string): StreamInfo => ({ key, hops, codecs: ["avc1"], since });

const directory = (nodes: NodeView[], streams: Record<string, StreamInfo>) => ({
	nodes: () => nodes,
	streamsOf: (id: string) => new Map(streams[id] ? [[key, streams[id]]] : []),
});

test("nodes go by tier and number, with one word for how they are", () => {
	const nodes = [
		node("edge10", "edge", { draining: true }),
		node("edge2", "edge", { suspect: true }),
		node("origin1", "origin", { streams: 3, load: 0.5 }),
	];
	const { nodes: rows } = viewOf(directory(nodes, {}));
	expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual(["origin1 live", "edge2 suspect", "edge10 draining"]);
	expect(rows[0]).toEqual({
		...{ id: "origin1", role: "origin", group: "server1", rank: "primary", state: "live", streams: 3, load: 0.5 },
		...{ rtmp: "rtmp://origin1:1935", http: "http://origin1:8080", version: "0.1.0" },
	});
});

test("a stream stands once, with all who have it and its earliest begin", () => {
	const nodes = [node("intermediate1", "intermediate"), node("origin1", "origin")];
	const { streams } = viewOf(
		directory(nodes, {
			origin1: stream(["origin1"], "2026-01-01T10:00:00.000Z"),
			intermediate1: stream(["origin1", "intermediate1"], "2026-01-01T09:00:00.000Z"),
		}),
	);
	expect(streams).toEqual([
		{
			key: "live/demo",
			nodes: [
				{ id: "origin1", hops: ["origin1"] },
				{ id: "intermediate1", hops: ["origin1", "intermediate1"] },
			],
			codecs: ["avc1"],
			since: "2026-01-01T09:00:00.000Z",
		},
	]);
});

test("people get tables, or words where there is nothing", () => {
	expect(viewForPeople({ nodes: [], streams: [] })).toBe("no nodes");
	const nodes = [node("origin1", "origin")];
	expect(viewForPeople(viewOf(directory(nodes, {})))).toMatch(/^node {5}role.*\norigin1 {2}origin.*\n\nno streams$/);
	const withStream = viewOf(directory(nodes, { origin1: stream(["origin1"], "2026-01-01T10:00:00.000Z") }));
	expect(viewForPeople(withStream)).toContain("live/demo  avc1    2026-01-01T10:00:00.000Z  origin1");
});
