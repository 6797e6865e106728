import { expect, test } from "vitest";
import { parseAddress, serverGroup, type UpstreamTable } from "#shared/config";
import type { Holder, NodeInfo, NodeView } from "#shared/control";
import { parseStreamKey } from "#shared/media";
import { bestHolder, groupsFor, isUpstream, type Sight } from "./choose.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");

const info = (id: string, more: Partial<NodeInfo> = {}): NodeInfo => ({
	id,
	role: "origin",
	group: id,
	rank: "primary",
	rtmp: `rtmp://10.0.0.${id.length}:1935`,
	http: "http://10.0.0.1:8080",
	incarnation: "x",
	version: "1",
	...more,
});
const view = (node: NodeInfo, more: Partial<NodeView> = {}): NodeView => ({
	info: node,
	suspect: false,
	draining: false,
	load: 0,
	streams: 1,
	synced: true,
	...more,
});
const holder = (node: NodeView, hops = [node.info.id]): Holder => ({
	node,
	stream: { key, hops, codecs: [], since: "2026-01-01T00:00:00Z" },
});
const address = (text: string) => parseAddress(text) ?? expect.fail(`${text} is an address`);

const origins: UpstreamTable = { type: "discover", tiers: [{ role: "origin" }] };
const sight = (table: UpstreamTable, holders: Holder[], nodes = holders.map(({ node }) => node)): Sight => ({
	self: "me",
	table,
	directory: { holders: () => holders, nodes: () => nodes, state: "live" },
});
const ids = (from: Sight) => groupsFor(key, from).flatMap(({ servers }) => servers.map(({ id }) => id));

test.for([
	["itself", holder(view(info("me")))],
	["a loop", holder(view(info("a")), ["o", "me", "a"])],
	["a suspect node", holder(view(info("a"), { suspect: true }))],
	["a draining node", holder(view(info("a"), { draining: true }))],
	["another tier", holder(view(info("a", { role: "edge" })))],
] as const)("%s is no candidate", ([, given]) => {
	expect(ids(sight(origins, [given]))).toEqual([]);
});

test("discovered: tiers in order, in each the groups, in a group the primary first", () => {
	const table: UpstreamTable = { type: "discover", tiers: [{ role: "intermediate" }, { role: "origin" }] };
	const all = [
		holder(view(info("o1", { group: "server1" }))),
		holder(view(info("i2", { role: "intermediate", group: "server1", rank: "secondary" }))),
		holder(view(info("i3", { role: "intermediate", group: "server1" }))),
	];
	expect(
		groupsFor(key, sight(table, all)).map(({ label, tier, servers }) => [label, tier, servers.map(({ id }) => id)]),
	).toEqual([
		["intermediate/server1", 0, ["i3", "i2"]],
		["origin/server1", 1, ["o1"]],
	]);
});

test("discovered: children of many names begin at different groups, each always at the same", () => {
	const all = ["a", "b", "c"].map((id) => holder(view(info(id))));
	const first = (self: string) => groupsFor(key, { ...sight(origins, all), self })[0]?.label;
	const chosen = new Set(Array.from({ length: 30 }, (_, child) => first(`edge${child}`)));
	expect(chosen.size).toBe(3);
	expect(first("edge7")).toBe(first("edge7"));
});

test("a table: its groups in its order, with those servers that have the stream; servers nobody announces come last", () => {
	const table: UpstreamTable = {
		type: "groups",
		groups: [
			serverGroup("foreign", address("rtmp://10.0.0.9:1999/other"), address("10.0.0.8")),
			serverGroup("g1", address("o1"), address("o2")),
			serverGroup("g2", address("10.0.0.7"), address("o3"), "news"),
			serverGroup("away", address("o4")),
		],
	};
	const nodes = ["o3", "o2", "o1"].map((id) => holder(view(info(id))));
	const found = groupsFor(key, sight(table, nodes));
	expect(
		found.map(({ label, tier, servers }) => [label, tier, ...servers.map(({ id, app }) => `${id} ${app}`)]),
	).toEqual([
		["foreign", 1, "10.0.0.9:1999 other", "10.0.0.8:1935 undefined"],
		["g1", 0, "o1 undefined", "o2 undefined"],
		["g2", 0, "o3 news"],
	]);
});

test("a table: a host that a node announces is that node, and none while the node lacks the stream", () => {
	const table: UpstreamTable = { type: "groups", groups: [serverGroup("g", address("10.0.0.2:1935"))] };
	const node = view(info("o1"));
	expect(ids(sight(table, [holder(node)]))).toEqual(["o1"]);
	expect(ids(sight(table, [], [node]))).toEqual([]);
	expect(ids(sight(table, [], []))).toEqual(["10.0.0.2:1935"]);
});

test("the best holder is the nearest healthy one, by name among equals", () => {
	const near = holder(view(info("b")));
	const far = holder(view(info("c")), ["o", "c"]);
	const ill = holder(view(info("a"), { suspect: true }));
	expect(bestHolder(key, sight(origins, [far, ill, near]))).toBe(near);
	expect(bestHolder(key, sight(origins, [far, ill]))).toBe(far);
	expect(bestHolder(key, sight(origins, [ill]))).toBe(ill);
	expect(bestHolder(key, sight(origins, [holder(view(info("a")), ["me", "a"])]))).toBeUndefined();
});

test("upstreams are the nodes of a tier or of the table", () => {
	const inGroup: UpstreamTable = { type: "discover", tiers: [{ role: "origin", group: "east" }] };
	expect(isUpstream(origins, info("o"))).toBe(true);
	expect(isUpstream(origins, info("e", { role: "edge" }))).toBe(false);
	expect(isUpstream(inGroup, info("o"))).toBe(false);
	expect(isUpstream(inGroup, info("o", { group: "east" }))).toBe(true);
	const table: UpstreamTable = { type: "groups", groups: [serverGroup("g", address("o1"), address("[::1]:1936"))] };
	expect(isUpstream(table, info("o1"))).toBe(true);
	expect(isUpstream(table, info("x", { rtmp: "rtmp://[::1]:1936" }))).toBe(true);
	expect(isUpstream(table, info("x", { rtmp: "rtmp://[::1]:1937" }))).toBe(false);
});
