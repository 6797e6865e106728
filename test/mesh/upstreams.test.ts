import { expect, test } from "vitest";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import { demoClip, framesOf } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";
import { TempFolder } from "../support/temp-folder.ts";

const second = demoClip().filter(({ time }) => time < 1000);

function key(text: string): StreamKey {
	const parsed = parseStreamKey(text);
	if (!parsed) throw new Error(`${text} is no stream key`);
	return parsed;
}

/** One group with one server. */
const from = (address: string, more = "") => ({ text: `{upstreams: [{label: up, primary: '${address}'}], ${more}}` });

async function publish(rtmp: string, name = "cam"): Promise<TestPublisher> {
	const publisher = new TestPublisher(`${rtmp}/live/${name}`);
	await publisher.ready;
	publisher.send(second);
	return publisher;
}

test("three layers by node id, host:port, host.ini and URL: every frame arrives, and hops tell the way", async () => {
	using folder = new TempFolder();
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const first = await mesh.intermediate("i1", from("o1"));
	const middle = await mesh.intermediate("i2", from(new URL(first.rtmp).host));
	const ini = folder.write("host.ini", "# the tier above\nserver1 i2;i2\n");
	const third = await mesh.intermediate("i3", { text: `upstreams: {hostIni: ${ini}}` });
	const edge = await mesh.edge("e1", from(third.rtmp));
	using _publisher = await publish(origin.rtmp);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => framesOf(viewer.packets).length).toBe(framesOf(second).length);
	const hops = [first, middle, third, edge].map(({ relay }) => relay.hops(key("live/cam")));
	expect(hops).toEqual([
		["o1", "i1"],
		["o1", "i1", "i2"],
		["o1", "i1", "i2", "i3"],
		["o1", "i1", "i2", "i3", "e1"],
	]);
	expect(edge.relay.streams.get(key("live/cam"))).toMatchObject({ upstream: "i3", state: { live: ["i3"] } });
});

test("two nodes that name each other do not keep a stream alive between them", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const groups = (other: string) =>
		`{upstreams: [{label: a, primary: o1}, {label: b, primary: ${other}}], waitMs: 300, lingerMs: 300}`;
	const a = await mesh.intermediate("i1", { text: groups("i2") });
	const b = await mesh.intermediate("i2", { text: groups("i1") });
	using publisher = await publish(origin.rtmp);
	using atA = new TestViewer(`${a.rtmp}/live/cam`);
	using atB = new TestViewer(`${b.rtmp}/live/cam`);
	const viewers = [atA, atB];
	await expect.poll(() => viewers.map(({ packets }) => framesOf(packets).length > 0)).toEqual([true, true]);
	const upstreams = () => [a, b].map(({ relay }) => relay.streams.get(key("live/cam"))?.upstream);
	expect(upstreams()).toContain("o1");
	publisher[Symbol.dispose]();
	await expect.poll(() => viewers.map(({ ended }) => ended !== undefined), { timeout: 5_000 }).toEqual([true, true]);
	expect([a, b].map(({ relay }) => [relay.streams.size, relay.hops(key("live/cam"))])).toEqual([
		[0, []],
		[0, []],
	]);
});

test("servers that know of each other by address only do not wait for each other for ever", async () => {
	await using one = new TestMesh();
	await using other = new TestMesh();
	const a = await one.edge("e1", from("127.0.0.1:1", "waitMs: 300"));
	const b = await other.edge("e2", from(new URL(a.rtmp).host, "waitMs: 300"));
	await using third = new TestMesh();
	const c = await third.edge("e3", from(new URL(b.rtmp).host, "waitMs: 300"));
	using viewer = new TestViewer(`${c.rtmp}/live/cam`);
	await expect.poll(() => viewer.ended?.message).toMatch("StreamNotFound");
	await expect.poll(() => [a, b, c].map(({ relay }) => relay.streams.size)).toEqual([0, 0, 0]);
});

test("a node is refused its own stream, and its own call", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const relay = await mesh.intermediate("i1");
	using _publisher = await publish(origin.rtmp);
	await expect.poll(() => relay.relay.hops(key("live/cam"))).toEqual(["o1", "i1"]);
	using child = await RawClient.connect(relay.rtmp, "live", { millrace: { node: "o1" } });
	child.tell("play", await child.createStream(), "cam");
	expect((await child.status("onStatus")).code).toBe("NetStream.Play.StreamNotFound");
	using itself = await RawClient.dial(relay.rtmp);
	const refused = itself.call("connect", { app: "live", tcUrl: "", millrace: { node: "i1" } });
	await expect(refused).rejects.toThrow("NetConnection.Connect.Rejected");
	expect(await metric(relay.http, "millrace_nodes_refused_total", { reason: "loop" })).toBe(2);
});

test("a static stream is pulled though nobody reads it, also when it begins later or comes back", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "{static: [live/news], keepMs: 50, lingerMs: 200}" });
	const state = () => edge.relay.streams.get(key("live/news"))?.state.state;
	for (const _round of [1, 2]) {
		await expect.poll(state).toBe("searching");
		using publisher = await publish(origin.rtmp, "news");
		await expect.poll(state).toBe("on-air");
		publisher[Symbol.dispose]();
		await expect.poll(state).not.toBe("on-air");
	}
});

test("a stream nobody reads is pulled for keepMs more, and a reader who comes back finds it running", async () => {
	const keepMs = 700;
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: `keepMs: ${keepMs}` });
	using _publisher = await publish(origin.rtmp);
	const watch = async (): Promise<void> => {
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		await expect.poll(() => framesOf(viewer.packets).length).toBe(framesOf(second).length);
	};
	await watch();
	await watch();
	const left = performance.now();
	expect(await metric(edge.http, "millrace_pulls_total", { outcome: "started" })).toBe(1);
	await expect.poll(() => edge.relay.streams.size).toBe(0);
	expect(performance.now() - left).toBeGreaterThanOrEqual(keepMs - 50);
	// The encoder alone is left.
	await expect.poll(() => metric(origin.http, "millrace_connections")).toBe(1);
});

test("when the origin in use stops, viewers go on with the other: every frame once, times rising", async () => {
	await using mesh = new TestMesh();
	const origins = { o1: await mesh.origin("o1"), o2: await mesh.origin("o2") };
	const { relay } = await mesh.intermediate("i1");
	const edge = await mesh.edge("e1", { text: "waitMs: 10000" });
	const upstream = () => relay.streams.get(key("live/cam"))?.upstream;
	const clip = demoClip().filter(({ time }) => time < 5000);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const urls = Object.values(origins).map(({ rtmp }) => `${rtmp}/live/cam`);
	using encoder = await PacedEncoder.start(urls, clip, { holdUntil: () => viewer.packets.length > 0 });
	await expect.poll(() => framesOf(viewer.packets).length, { timeout: 5_000 }).toBeGreaterThan(150);
	const inUse = upstream();
	await origins[inUse === "o1" ? "o1" : "o2"][Symbol.asyncDispose]();
	await expect.poll(upstream).toBe(inUse === "o1" ? "o2" : "o1");
	await encoder.done;
	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	expect(viewer.ended).toBeUndefined();
});
