import { expect, test } from "vitest";
import { parseStreamKey } from "#shared/base/names";
import type { CarriedStream, NodeInfo, NodeReport, NodeView, StreamInfo } from "#shared/mesh/control";
import { viewForPeople } from "./for-people.ts";
import { viewOf } from "./view.ts";

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

const SINCE = "2026-01-01T10:00:00.000Z";
const carried = (more: Partial<CarriedStream> = {}): CarriedStream => ({
	...{ key, upstream: null, standby: [], readers: 0, ...more },
});
const report = (play: number, streams: readonly CarriedStream[] = []): NodeReport => ({
	sessions: { publish: 0, play, pull: 0 },
	streams,
});

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
	const { nodes: rows } = viewOf(directory(nodes, {}), new Map([["origin1", report(0, [carried()])]]));
	expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual(["origin1 live", "edge2 suspect", "edge10 draining"]);
	expect(rows[0]).toEqual({
		...{ id: "origin1", role: "origin", group: "server1", rank: "primary", state: "live", load: 0.5 },
		...{ offers: 3, streams: 1, publishers: 0, viewers: 0, pulls: 0 },
		...{ rtmp: "rtmp://origin1:1935", http: "http://origin1:8080", version: "0.1.0" },
	});
});

test("a stream stands once, with all who offer or carry it and its earliest begin", () => {
	const nodes = [node("edge1", "edge"), node("intermediate1", "intermediate"), node("origin1", "origin")];
	const offered = {
		origin1: stream(["origin1"], SINCE),
		intermediate1: stream(["origin1", "intermediate1"], "2026-01-01T09:00:00.000Z"),
	};
	const reports = new Map([
		["origin1", report(0, [carried({ readers: 1 })])],
		["intermediate1", report(0)],
		["edge1", report(2, [carried({ upstream: "intermediate1", standby: ["192.0.2.1:1935"], readers: 2 })])],
	]);
	expect(viewOf(directory(nodes, offered), reports).streams).toEqual([
		{
			key: "live/demo",
			nodes: [
				{ id: "origin1", hops: ["origin1"], upstream: null, standby: [], readers: 1 },
				{ id: "intermediate1", hops: ["origin1", "intermediate1"] },
				{ id: "edge1", upstream: "intermediate1", standby: ["192.0.2.1:1935"], readers: 2 },
			],
			codecs: ["avc1"],
			since: "2026-01-01T09:00:00.000Z",
		},
	]);
});

/** Lines with one space between cells. */
const rowsOf = (text: string): string[] => text.split("\n").map((line) => line.replaceAll(/ +/g, " "));

test("people see viewers of each node, and where each has a stream from", () => {
	expect(viewForPeople({ nodes: [], streams: [] })).toBe("no nodes");
	const nodes = [node("origin1", "origin"), node("intermediate1", "intermediate"), node("edge1", "edge")];
	const offered = { origin1: stream(["origin1"], SINCE), intermediate1: stream(["origin1", "intermediate1"], SINCE) };
	const reports = new Map([
		["origin1", report(0, [carried({ readers: 1 })])],
		["intermediate1", report(0)],
		["edge1", report(7, [carried({ upstream: "origin1", standby: ["intermediate1"], readers: 7 })])],
	]);
	expect(rowsOf(viewForPeople(viewOf(directory(nodes, offered), reports)))).toEqual([
		"node role group state streams viewers rtmp http version",
		"origin1 origin server1 primary live 1 0 rtmp://origin1:1935 http://origin1:8080 0.1.0",
		"intermediate1 intermediate server1 primary live 0 0 rtmp://intermediate1:1935 http://intermediate1:8080 0.1.0",
		"edge1 edge server1 primary live 1 7 rtmp://edge1:1935 http://edge1:8080 0.1.0",
		"",
		"stream codecs since at upstream standby readers",
		`live/demo avc1 ${SINCE} origin1 published - 1`,
		" intermediate1 not pulled - 0",
		" edge1 origin1 intermediate1 7",
	]);
	expect(viewForPeople(viewOf(directory(nodes, {}), new Map()))).toContain("\n\nno streams");
});

test("a node that does not answer is named, and nothing is said of its viewers", () => {
	const nodes = [node("origin1", "origin"), node("edge1", "edge")];
	const view = viewOf(directory(nodes, { origin1: stream(["origin1"], SINCE) }), new Map([["edge1", report(1)]]));
	expect(view.nodes.map(({ id, streams, viewers }) => [id, streams, viewers])).toEqual([
		["origin1", null, null],
		["edge1", 0, 1],
	]);
	const rows = rowsOf(viewForPeople(view));
	expect(rows[1]).toContain("live - - rtmp://origin1");
	expect(rows.slice(-3)).toEqual([
		`live/demo avc1 ${SINCE} origin1 not known - -`,
		"",
		"no answer in time: origin1; viewers and upstreams there are not known",
	]);
});
