import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { createEvents, createMetrics, silentLogger } from "#shared/base/runtime";
import { Catalog } from "#shared/mesh/catalog";
import type { Directory, DirectoryChange, NodeInfo, NodeView, StreamInfo } from "#shared/mesh/control";
import { Relay, type RelayOptions } from "./relay.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");
const origin: NodeInfo = {
	id: "o1",
	role: "origin",
	group: "o1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "x",
	version: "1",
};
const stream: StreamInfo = { key, hops: ["o1"], codecs: [], since: "2026-01-01T00:00:00Z" };
const node: NodeView = { info: origin, suspect: false, draining: false, load: 0, streams: 1, synced: true };

/** A relay below one origin that has the stream. */
function stage(more: Partial<RelayOptions> = {}) {
	const clock = new ManualClock();
	const metrics = createMetrics({ node: "e1", role: "edge" });
	const directory: Pick<Directory, "nodes" | "streamsOf" | "holders" | "on" | "state"> & {
		tell(change: DirectoryChange): void;
	} = {
		state: "live",
		nodes: () => [node],
		streamsOf: () => new Map([[key, stream]]),
		holders: () => [{ node, stream }],
		on(listener) {
			this.tell = listener;
			return () => {};
		},
		tell: () => {},
	};
	const pulled: string[] = [];
	const relay = new Relay({
		self: "e1",
		table: { type: "discover", tiers: [{ role: "origin" }] },
		directory: directory as typeof directory & Directory,
		catalog: new Catalog(clock),
		clock,
		events: createEvents(silentLogger(), metrics),
		pull: (_key, { id }) => {
			pulled.push(id);
			return () => {};
		},
		standby: 1,
		holdMs: undefined,
		segmentMs: () => 2000,
		staticStreams: [],
		limits: { streams: 10, historyBytes: 1_000_000 },
		times: { waitMs: 2_000, keepMs: 0, lingerMs: 5_000 },
		...more,
	});
	const failures = async () => (await metrics.errorsContained.get()).values[0]?.value;
	return { relay, clock, pulled, directory, failures, [Symbol.dispose]: () => relay[Symbol.dispose]() };
}

test("a static stream keeps one timer, however long it is pulled", () => {
	using staged = stage({ staticStreams: [key] });
	const { clock, relay } = staged;
	const before = clock.pending;
	for (let second = 0; second < 100; second++) clock.advance(1_000);
	expect(clock.pending).toBe(before);
	relay[Symbol.dispose]();
	expect(clock.pending).toBe(0);
});

test("a pull that throws ends its subscription, counted, and the stream may be asked for again", async () => {
	let isBroken = true;
	const pulled: string[] = [];
	using staged = stage({
		pull: (_key, { id }) => {
			if (isBroken) throw new Error("a fault");
			pulled.push(id);
			return () => {};
		},
	});
	const { relay, failures } = staged;
	expect(await relay.open(key, new AbortController())).toBeUndefined();
	expect(await failures()).toBe(1);
	expect(relay.streams.size).toBe(0);
	isBroken = false;
	void relay.open(key, new AbortController());
	expect(pulled).toEqual(["o1"]);
	expect(relay.streams.get(key)?.state.dialling).toEqual(["o1"]);
});

test("a node that comes or goes is looked at once for each stream", () => {
	let looks = 0;
	using staged = stage();
	const { relay, directory } = staged;
	void relay.open(key, new AbortController());
	const looked = relay.streams.get(key) ?? expect.fail("a stream");
	const look = looked.candidatesChanged.bind(looked);
	looked.candidatesChanged = () => {
		looks++;
		look();
	};
	directory.tell({ type: "node-draining", node });
	expect(looks).toBe(1);
	directory.tell({ type: "node-suspect", node });
	directory.tell({ type: "stream-removed", node, stream, reason: "silent" });
	expect(looks).toBe(3);
});
