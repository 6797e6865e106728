import { expect, test } from "vitest";
import { parseAddress, serverGroup, type UpstreamTable } from "#shared/base/config";
import { parseStreamKey } from "#shared/base/names";
import type { Holder, NodeInfo, NodeView } from "#shared/mesh/control";
import { bestHolder, isUpstream, type Sight, serversFor } from "./choose.ts";

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
const ids = (from: Sight) => serversFor(key, from).map(({ id }) => id);

test.for([
	["itself", holder(view(info("me")))],
	["a loop", holder(view(info("a")), ["o", "me", "a"])],
	["a draining node", holder(view(info("a"), { draining: true }))],
	["another tier", holder(view(info("a", { role: "edge" })))],
] as const)("%s is no candidate", ([, given]) => {
	expect(ids(sight(origins, [given]))).toEqual([]);
});

test("a suspect node stays in its place and is marked", () => {
	const nodes = [holder(view(info("a"), { suspect: true })), holder(view(info("b")))];
	const table: UpstreamTable = { type: "groups", groups: [serverGroup("g", address("a"), address("b"))] };
	expect(serversFor(key, sight(table, nodes)).map(({ id, isSuspect }) => [id, isSuspect])).toEqual([
		["a", true],
		["b", false],
	]);
});

test.for([
	"rtmp://[",
	"rtmp://",
	"rtmp://:",
	"rtmp://:1935",
	"rtmp://a b",
	"rtmp://a:99999",
	"rtmp://a:0",
	"rtmps://x:y",
	"rtmps://x:1935",
	"http://a",
	"",
])("a node that says it is at %j is nowhere, and no candidate", (rtmp) => {
	const all = [holder(view(info("a", { rtmp }))), holder(view(info("b")))];
	const groups = [serverGroup("g", address("a"), address("b")), serverGroup("h", address("10.0.0.9"))];
	expect(ids(sight(origins, all))).toEqual(["b"]);
	expect(ids(sight({ type: "groups", groups }, all))).toEqual(["b", "10.0.0.9:1935"]);
	expect(isUpstream({ type: "groups", groups }, info("c", { rtmp }))).toBe(false);
});

const places = (from: Sight) =>
	serversFor(key, from).map(({ id, group, rank, tier }) => `${id} ${group} ${rank} ${tier}`);

test("discovered: tiers in order, in each the primaries of all groups, then the secondaries", () => {
	const table: UpstreamTable = { type: "discover", tiers: [{ role: "intermediate" }, { role: "origin" }] };
	const all = [
		holder(view(info("o1", { group: "server1" }))),
		holder(view(info("i2", { role: "intermediate", group: "server1", rank: "secondary" }))),
		holder(view(info("i3", { role: "intermediate", group: "server1" }))),
		holder(view(info("i4", { role: "intermediate", group: "server2" }))),
	];
	const found = places({ ...sight(table, all), self: "e2" });
	expect(found.slice(0, 2).toSorted()).toEqual([
		"i3 intermediate/server1 primary 0",
		"i4 intermediate/server2 primary 0",
	]);
	expect(found.slice(2)).toEqual(["i2 intermediate/server1 secondary 0", "o1 origin/server1 primary 1"]);
});

test("discovered: of groups with several primaries one of each comes first", () => {
	const all = ["a1", "a2", "a3", "b1"].map((id) => holder(view(info(id, { group: id.slice(0, 1) }))));
	const groups = ids(sight(origins, all)).map((id) => id.slice(0, 1));
	expect(groups.slice(0, 2).toSorted()).toEqual(["a", "b"]);
	expect(groups.slice(2)).toEqual(["a", "a"]);
});

test.for([
	["groups", (id: string) => id],
	["servers of one group", () => "all"],
] as const)("discovered: children of many names begin at different %s, each always at the same", ([, groupOf]) => {
	const all = ["a", "b", "c"].map((id) => holder(view(info(id, { group: groupOf(id) }))));
	const first = (self: string) => ids({ ...sight(origins, all), self })[0];
	const chosen = new Set(Array.from({ length: 30 }, (_, child) => first(`edge${child}`)));
	expect(chosen.size).toBe(3);
	expect(first("edge7")).toBe(first("edge7"));
});

test("a table: the primaries that have the stream in its order, then the secondaries; servers nobody announces come last", () => {
	const table: UpstreamTable = {
		type: "groups",
		groups: [
			serverGroup("foreign", address("rtmp://10.0.0.9:1999/other"), address("10.0.0.8")),
			serverGroup("g1", address("o1"), address("o2")),
			serverGroup("g2", address("10.0.0.7"), address("o33"), "news"),
			serverGroup("g3", address("o4444")),
			serverGroup("away", address("o5")),
		],
	};
	const nodes = ["o33", "o2", "o1", "o4444"].map((id) => holder(view(info(id))));
	expect(places(sight(table, nodes))).toEqual([
		"o1 g1 primary 0",
		"o4444 g3 primary 0",
		"o2 g1 secondary 0",
		"o33 g2 secondary 0",
		"10.0.0.9:1999 foreign primary 1",
		"10.0.0.7:1935 g2 primary 1",
		"10.0.0.8:1935 foreign secondary 1",
	]);
	const apps = serversFor(key, sight(table, nodes)).map(({ app }) => app);
	expect(apps).toEqual([undefined, undefined, undefined, "news", "other", "news", undefined]);
});

test("a server that is named twice, by its id and its address, in one group or two, is there once", () => {
	const table: UpstreamTable = {
		type: "groups",
		groups: [
			serverGroup("g1", address("o1"), address("10.0.0.2:1935")),
			serverGroup("g2", address("10.0.0.8"), address("o1")),
			serverGroup("g3", address("10.0.0.8")),
			serverGroup("g4", address("rtmp://10.0.0.8/other")),
		],
	};
	expect(places(sight(table, [holder(view(info("o1")))]))).toEqual([
		"o1 g1 primary 0",
		"10.0.0.8:1935 g2 primary 1",
		"10.0.0.8:1935/other g4 primary 1",
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
