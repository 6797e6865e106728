import { pino } from "pino";
import { expect, test } from "vitest";
import type { Amf0Object } from "#shared/formats/amf0";
import { demoClip, framesOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { RawBytes } from "../support/raw-bytes.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const KEY = "correct-horse-battery-staple";
const OTHER_KEY = "a-different-secret-of-the-mesh";
const second = demoClip().filter(({ time }) => time < 1000);

const keyed = (key: string, more = ""): { text: string } => ({ text: `{cluster: {key: ${key}}, ${more}}` });
/** An edge that pulls from one address, whatever is announced. */
const below = (rtmp: string, key: string) =>
	keyed(key, `upstreams: [{label: up, primary: '${rtmp}'}], waitMs: 1000, lingerMs: 100`);

async function publish(rtmp: string): Promise<TestPublisher> {
	const publisher = new TestPublisher(`${rtmp}/live/cam`);
	await publisher.ready;
	publisher.send(second);
	return publisher;
}

test("nodes with the same key feed each other over two tiers", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", keyed(KEY));
	await mesh.intermediate("i1", keyed(KEY));
	const edge = await mesh.edge("e1", keyed(KEY));
	using _publisher = await publish(origin.rtmp);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => framesOf(viewer.packets).length).toBe(framesOf(second).length);
});

test.for([
	["another key", OTHER_KEY, "wrong-proof"],
	["no key", undefined, "missing-proof"],
] as const)(
	"a child with %s is refused, and its viewers hear that there is no such stream",
	async ([, key, reason]) => {
		await using mesh = new TestMesh();
		const origin = await mesh.origin("o1", keyed(KEY));
		const edge = await mesh.edge("e1", key ? keyed(key, "waitMs: 500") : { text: "waitMs: 500" });
		using _publisher = await publish(origin.rtmp);
		using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
		await expect.poll(() => viewer.ended?.message).toMatch("StreamNotFound");
		expect(await metric(origin.http, "millrace_nodes_refused_total", { reason })).toBeGreaterThan(0);
		expect(viewer.packets).toEqual([]);
	},
);

test("a parent without the key is refused by its child", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", keyed(KEY, "waitMs: 500"));
	using _publisher = await publish(origin.rtmp);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => viewer.ended?.message).toMatch("StreamNotFound");
	expect(await metric(edge.http, "millrace_pulls_total", { outcome: "protocol" })).toBeGreaterThan(0);
});

test.for<[string, Amf0Object]>([
	["no proof", { node: "e9" }],
	["a proof that is a number", { node: "e9", proof: 1 }],
	["a proof of zeroes", { node: "e9", proof: "0".repeat(64) }],
	["the key for a proof", { node: "e9", proof: KEY }],
	["an id that is none", { node: "e 9", proof: "0".repeat(64) }],
])("who claims to be a node with %s is not let in", async ([, claim]) => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1", keyed(KEY));
	using client = await RawClient.dial(rtmp);
	const refused = client.call("connect", { app: "live", tcUrl: rtmp, millrace: claim });
	await expect(refused).rejects.toThrow("NetConnection.Connect.Rejected");
	await client.closed;
});

test("where there is a key, a viewer does not play from an origin, and an encoder publishes without one", async () => {
	await using mesh = new TestMesh();
	const { rtmp, http } = await mesh.origin("o1", keyed(KEY));
	using _publisher = await publish(rtmp);
	using viewer = await RawClient.connect(rtmp);
	viewer.tell("play", await viewer.createStream(), "cam");
	expect((await viewer.status("onStatus")).code).toBe("NetStream.Play.Failed");
	expect(await metric(http, "millrace_plays_total", { outcome: "nodes-only" })).toBe(1);
});

test("what a node said is worth nothing on another connection", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", keyed(KEY));
	await using proxy = await TcpProxy.open(origin.rtmp);
	const edge = await mesh.edge("e1", below(proxy.url, KEY));
	using _publisher = await publish(origin.rtmp);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => framesOf(viewer.packets).length).toBe(framesOf(second).length);

	using replay = new RawBytes(origin.rtmp);
	// In the pieces of the original, each after the server's answer to the one before.
	for (const piece of proxy.said.client) {
		const before = replay.received.length;
		replay.send(piece);
		await expect.poll(() => replay.isClosed || replay.received.length > before).toBe(true);
		if (replay.isClosed) break;
	}
	await replay.closed;
	expect(await metric(origin.http, "millrace_nodes_refused_total", { reason: "wrong-proof" })).toBe(1);
	// No media: the answer is the handshake and a refusal.
	expect(Buffer.concat(replay.received).length).toBeLessThan(4096);
	expect(Buffer.concat(replay.received).toString("latin1")).toContain("NetConnection.Connect.Rejected");
});

test("the key stands in no log, on no wire and in no control message", async () => {
	const lines: string[] = [];
	const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
	await using mesh = new TestMesh({ log });
	const control: Buffer[] = [];
	const ear = mesh.bus.open();
	ear.subscribe("millrace.>", ({ payload }) => void control.push(Buffer.from(payload)));
	const origin = await mesh.origin("o1", keyed(KEY));
	await using proxy = await TcpProxy.open(origin.rtmp);
	const edge = await mesh.edge("e1", below(proxy.url, KEY));
	await mesh.edge("e2", below(proxy.url, OTHER_KEY));
	using _publisher = await publish(origin.rtmp);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => framesOf(viewer.packets).length).toBe(framesOf(second).length);
	using stranger = await RawClient.dial(proxy.url);
	const refused = stranger.call("connect", { app: "live", tcUrl: "", millrace: { node: "e9" } });
	await expect(refused).rejects.toThrow("Rejected");
	await ear[Symbol.asyncDispose]();

	const metrics = await (await fetch(`${origin.http}/metrics`)).text();
	const said = { lines: lines.join(""), metrics, ...joined({ ...proxy.said, control }) };
	expect(said.lines).toContain("node-refused");
	expect(control.length).toBeGreaterThan(0);
	for (const key of [KEY, OTHER_KEY]) {
		for (const form of ["latin1", "hex", "base64"] as const) {
			const secret = Buffer.from(key).toString(form);
			for (const [where, text] of Object.entries(said)) expect(text.includes(secret), `${where}, ${form}`).toBe(false);
		}
	}
});

const joined = (parts: Record<string, Buffer[]>): Record<string, string> =>
	Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, Buffer.concat(list).toString("latin1")]));
