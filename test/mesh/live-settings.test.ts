import { connect } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { type EdgeConfig, readConfig, Settings } from "#shared/base/config";
import { parseStreamKey } from "#shared/base/names";
import { playPolicy } from "#shared/mesh/catalog";
import { demoClip } from "../support/clip.ts";
import { longClip } from "../support/long-clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";

const key = (text: string) => parseStreamKey(text) ?? expect.fail("a key");
/** Takes time the old settings do not end within the test. */
const LONG = 3_600_000;

const env = { MILLRACE_NODE_ID: "n1", MILLRACE_RTMP_PORT: "0", MILLRACE_HTTP_PORT: "0" };
const edgeOf = (text: string): EdgeConfig => readConfig("edge", { text, env });

const isClosed = (port: number): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1").on("error", () => {});
		onTestFinished(() => void socket.destroy());
		const timer = setTimeout(() => resolve(false), 300);
		socket.on("close", () => {
			clearTimeout(timer);
			resolve(true);
		});
	});

test("a running edge takes live settings at once, and names those that need a restart", async () => {
	const log = pino({ level: "info" }, { write: () => {} });
	await using mesh = new TestMesh({ log });
	const edge = await mesh.edge("e1", { text: "waitMs: 20000" });
	const change = (text: string) => {
		const env = { MILLRACE_NODE_ID: "e1", MILLRACE_RTMP_PORT: "0", MILLRACE_HTTP_PORT: "0" };
		return edge.settings.change(readConfig("edge", { text, env }));
	};
	const port = Number(new URL(edge.rtmp).port);
	expect(await isClosed(port)).toBe(false);

	expect(change("{log: {level: debug}, waitMs: 50, limits: {handshakeMs: 100}, standby: 3, workers: 2}")).toEqual({
		live: ["log.level", "limits.handshakeMs", "waitMs", "standby"],
		restart: ["workers"],
	});
	expect(log.level).toBe("debug");
	// Within the time of the old settings neither of these would come.
	const response = await fetch(`${edge.http}/live/nobody.flv`);
	expect(response.status).toBe(404);
	expect(await isClosed(port)).toBe(true);

	change("{limits: {connections: 1, handshakeMs: 60000}}");
	expect(await isClosed(port)).toBe(true);
	change("{limits: {connections: 10, connectionsPerAddress: 1}}");
	expect(await isClosed(port)).toBe(true);
	change("{limits: {connections: 10, connectionsPerAddress: 10}}");
	expect(await isClosed(port)).toBe(false);

	change("{limits: {connectMs: 300, handshakeMs: 200}}");
	using idle = await RawClient.dial(edge.rtmp);
	await idle.closed;
});

test("new plays take bounds and delays as they are by then", () => {
	const settings = new Settings(edgeOf(""));
	const policy = playPolicy(settings.config);
	settings.change(
		edgeOf("{limits: {readerBytes: 70000, evictMs: 200}, viewers: {delayMs: 5}, apps: {news: {delayMs: 6}}}"),
	);
	expect(policy.bounds).toEqual({ queueBytes: 70_000, evictMs: 200 });
	expect([policy.viewerDelayMs("live"), policy.viewerDelayMs("news")]).toEqual([5, 6]);
});

test("an origin takes new times for streams that begin after the change", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", {
		text: `publish: {idleMs: ${LONG}, silentMs: ${LONG}, graceMs: ${LONG}}`,
	});
	origin.settings.change(readConfig("origin", { text: "publish: {idleMs: 0, silentMs: 50, graceMs: 0}", env }));
	using first = new TestPublisher(`${origin.rtmp}/live/a`);
	await first.ready;
	first.send(demoClip().slice(0, 20));
	await expect.poll(() => metric(origin.http, "millrace_media_packets_in_total")).toBe(20);
	await expect.poll(() => metric(origin.http, "millrace_streams_offered")).toBe(0);
	// A publisher that is silent is replaced at once; one whose connection drops is not waited for.
	using second = await RawClient.connect(origin.rtmp);
	second.sendMedia(await second.publish("a"), demoClip().slice(0, 5));
	await expect.poll(() => first.ended).toBeDefined();
	second[Symbol.dispose]();
	await expect.poll(() => metric(origin.http, "millrace_streams")).toBe(0);
});

test("an edge takes new settings for streams and pulls that begin after the change", async () => {
	await using mesh = new TestMesh();
	const o1 = await mesh.origin("o1", { text: `publish: {silentMs: ${LONG}}` });
	const o2 = await mesh.origin("o2");
	const upstreams = "upstreams: [{label: server1, primary: o1}, {label: server2, primary: o2}]";
	const old = `idleMs: ${LONG}, keepMs: ${LONG}, lingerMs: ${LONG}, drainMs: ${LONG}, standby: 0`;
	const edge = await mesh.edge("e1", { text: `{${upstreams}, ${old}}` });
	const now = "idleMs: 500, keepMs: 0, lingerMs: 100, drainMs: 0, standby: 1, failback: auto, holdMs: 50";
	const change = (streams: number) =>
		edge.settings.change(edgeOf(`{${upstreams}, ${now}, limits: {historyBytes: 65536, streams: ${streams}}}`));
	change(1);
	const clip = longClip({ seconds: 100, keyframeBytes: 20_000, frameBytes: 5_000 });
	const pulled = (name: string) => edge.relay.streams.get(key(name));
	const plays = (viewer: TestViewer) => expect.poll(() => viewer.packets.length).toBeGreaterThan(0);

	using later = await PacedEncoder.start([`${o2.rtmp}/live/a`], clip);
	using viewer = new TestViewer(`${edge.rtmp}/live/a`);
	await plays(viewer);
	using preferred = await PacedEncoder.start([`${o1.rtmp}/live/a`], clip);
	await expect.poll(() => pulled("live/a")?.state.live).toEqual(["o1", "o2"]);
	const held = () => {
		const reader = pulled("live/a")?.hub.read({ from: "history", maxBytes: 100_000_000, onReadable: () => {} });
		reader?.leave();
		return reader?.take().filter(({ type }) => type === "packet").length ?? Number.POSITIVE_INFINITY;
	};
	await expect.poll(() => (pulled("live/a")?.hub.packetsIn ?? 0) - held()).toBeGreaterThan(0);

	// No second stream before there is room for it; its encoder is silent by then, and is given up.
	using silent = new TestPublisher(`${o1.rtmp}/live/b`);
	await silent.ready;
	silent.send(demoClip().slice(0, 100));
	expect((await fetch(`${edge.http}/live/b.flv`)).status).toBe(404);
	change(2);
	using second = new TestViewer(`${edge.rtmp}/live/b`);
	await plays(second);
	await expect.poll(() => pulled("live/b")).toBeUndefined();

	viewer[Symbol.dispose]();
	await expect.poll(() => pulled("live/a")).toBeUndefined();
	using again = new TestViewer(`${edge.rtmp}/live/a`);
	await plays(again);
	await edge.drain(new AbortController().signal);
	for (const encoder of [later, preferred]) encoder[Symbol.dispose]();
	await expect.poll(() => again.ended).toBeDefined();
});
