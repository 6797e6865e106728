import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { ConfigError } from "#shared/base/errors";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import type { DirectoryOptions } from "./directory.ts";
import { MemoryBus, openMemoryDirectory } from "./memory-directory.ts";
import type { NodeInfo, StreamInfo } from "./messages.ts";

const node = (id: string, more: Partial<NodeInfo> = {}): NodeInfo => ({
	id,
	role: "origin",
	group: "server1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "one",
	version: "0.1.0",
	...more,
});
const key = parseStreamKey("live/a") as StreamKey;
const stream: StreamInfo = { key, hops: ["origin-1"], codecs: ["avc1"], since: "2026-01-31T12:00:00Z" };

function setUp() {
	const clock = new ManualClock();
	const bus = new MemoryBus(clock);
	const warned: string[] = [];
	const counted: string[] = [];
	const open = (id: string, more: Partial<DirectoryOptions> = {}) =>
		openMemoryDirectory(bus, {
			cluster: "test",
			self: node(id),
			follow: () => true,
			clock,
			log: { info: () => {}, warn: (_fields, message) => void warned.push(message) },
			count: (event, reason = "") => void counted.push(`${event}:${reason}`),
			...more,
		});
	return { clock, bus, open, warned, counted };
}

test("state goes from connecting to live, to stale and back", () => {
	const { clock, bus, open } = setUp();
	const edge = open("edge-1");
	const states: string[] = [edge.state];
	edge.on((change) => void (change.type === "state" && states.push(change.state)));
	clock.settle();
	bus.goDown();
	clock.advance(120_000);
	bus.comeBack();
	clock.settle();
	expect(states).toEqual(["connecting", "live", "stale", "live"]);
});

test("silence counts only while the control plane is there, and anew from its return", () => {
	const { clock, bus, open } = setUp();
	const edge = open("edge-1");
	const origin = open("origin-1");
	origin.announce(stream);
	clock.advance(1_000);
	bus.goDown();
	clock.advance(120_000);
	expect(edge.holders(key)).toMatchObject([{ node: { suspect: false } }]);
	bus.comeBack();
	clock.advance(2_900);
	expect(edge.node("origin-1")).toMatchObject({ suspect: false, synced: true });
});

test("a plane that is up but passes nothing makes the directory stale before anyone is suspected", () => {
	const { clock, bus, open, counted } = setUp();
	const edge = open("edge-1");
	open("origin-1");
	clock.advance(5_000);
	const changes: string[] = [];
	edge.on(({ type }) => void changes.push(type));
	bus.freeze();
	clock.advance(60_000);
	expect(edge.state).toBe("stale");
	expect(changes).toEqual(["state"]);
	expect(counted).toContain("control-connection:silent");
	bus.thaw();
	clock.advance(1_000);
	expect(edge.state).toBe("live");
	clock.advance(5_000);
	expect(edge.node("origin-1")?.suspect).toBe(false);
});

test("silent for a minute is forgotten, its streams with it", async () => {
	const { clock, bus, open } = setUp();
	const edge = open("edge-1");
	bus.inject(
		"millrace.test.node.origin-1.alive",
		Buffer.from(
			`85${hex("node")}88${hex("id")}${hex("origin-1")}${hex("role")}${hex("origin")}${hex("group")}${hex("g")}${hex("rank")}${hex(
				"primary",
			)}${hex("rtmp")}${hex("rtmp://a")}${hex("http")}${hex("http://a")}${hex("incarnation")}${hex("x")}${hex("version")}${hex("1")}${hex(
				"seq",
			)}00${hex("streams")}00${hex("load")}00${hex("draining")}c2`,
			"hex",
		),
	);
	const changes: string[] = [];
	edge.on((change) => void changes.push(change.type === "node-gone" ? `gone ${change.reason}` : change.type));
	clock.advance(3_500);
	expect(edge.node("origin-1")).toMatchObject({ suspect: true });
	clock.advance(60_000);
	expect(edge.nodes()).toEqual([]);
	expect(changes).toEqual(["state", "node-alive", "node-suspect", "gone forgotten"]);
});

const hex = (value: string) => (0xa0 + value.length).toString(16) + Buffer.from(value).toString("hex");

test("a burst of changes shares signs of life, ten a second at most", () => {
	const { clock, bus, open } = setUp();
	const heard: string[] = [];
	bus.open().subscribe("millrace.test.node.origin-1.*", ({ subject }) => void heard.push(subject.split(".")[4] ?? ""));
	const origin = open("origin-1");
	clock.advance(10_000);
	heard.length = 0;
	for (let index = 0; index < 50; index++) {
		origin.announce({ ...stream, codecs: [`c${index}`] });
		clock.advance(20);
	}
	const count = (what: string) => heard.filter((one) => one === what).length;
	expect(count("addStream")).toBe(50);
	expect(count("alive")).toBeGreaterThanOrEqual(10);
	expect(count("alive")).toBeLessThanOrEqual(11);
});

test("saying the same again says nothing; what others would not take is left out", () => {
	const { clock, open, counted } = setUp();
	const edge = open("edge-1");
	const origin = open("origin-1");
	clock.advance(100);
	const added: unknown[] = [];
	edge.on((change) => void (change.type === "stream-added" && added.push(change.stream)));
	origin.announce(stream);
	origin.announce({ ...stream });
	origin.announce({ ...stream, hops: Array.from({ length: 17 }, () => "n") });
	origin.withdraw(parseStreamKey("live/unknown") as StreamKey, "over");
	clock.advance(1_000);
	expect(added).toEqual([stream]);
	expect(counted).toContain("control-discard:own-stream");
	expect(edge.node("origin-1")).toMatchObject({ synced: true, streams: 1 });
});

test("a listener that throws harms nobody; one that was taken off hears nothing", () => {
	const { clock, open, warned } = setUp();
	const edge = open("edge-1");
	const heard: string[] = [];
	edge.on(() => {
		throw new Error("oops");
	});
	const off = edge.on(({ type }) => void heard.push(type));
	open("origin-1");
	clock.advance(100);
	expect(heard).toEqual(["state", "node-alive", "node-synced"]);
	off();
	open("origin-2");
	clock.advance(100);
	expect(heard).toHaveLength(3);
	expect(warned[0]).toContain("handler failed");
});

test("following ends when the answer changes", () => {
	const { clock, open } = setUp();
	let isWanted = true;
	const edge = open("edge-1", { follow: () => isWanted });
	open("origin-1").announce(stream);
	clock.advance(100);
	expect(edge.holders(key)).toHaveLength(1);
	isWanted = false;
	clock.advance(1_000);
	expect(edge.holders(key)).toEqual([]);
	isWanted = true;
	clock.advance(1_000);
	expect(edge.holders(key)).toHaveLength(1);
});

test("nothing is left when all are closed", async () => {
	const { clock, open } = setUp();
	const all = ["edge-1", "origin-1"].map((id) => open(id));
	clock.advance(5_000);
	for (const directory of all) await directory[Symbol.asyncDispose]();
	clock.settle();
	expect(clock.pending).toBe(0);
});

test.for([
	{ what: "cluster", more: { cluster: "a.b" } },
	{ what: "id", more: { self: node("a b") } },
	{ what: "rtmp", more: { self: node("a", { rtmp: "127.0.0.1:1935" }) } },
])("a $what that others would not take stops the start", ({ what, more }) => {
	const { open } = setUp();
	expect(() => open("edge-1", more)).toThrow(ConfigError);
	expect(() => open("edge-1", more)).toThrow(what);
});
