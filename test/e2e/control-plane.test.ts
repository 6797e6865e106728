import { randomBytes } from "node:crypto";
import { connect } from "@nats-io/transport-node";
import { pack } from "msgpackr";
import { expect, test } from "vitest";
import { readConfig } from "#shared/base/config";
import { silentLogger } from "#shared/base/runtime";
import { startOrigin } from "../../services/origin/origin.ts";
import { demoClip, framesOf } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { freePort } from "../support/free-port.ts";
import { metric } from "../support/metrics.ts";
import { startNatsServer } from "../support/nats-server.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const AWAY_MS = 6_000;

test("NATS goes away for six seconds: viewers lose nothing, and what began meanwhile is playable within two of its return", async () => {
	await using cluster = await Cluster.start();
	const [origin, , edge] = await Promise.all([
		cluster.node("origin", "o1"),
		cluster.node("intermediate", "i1"),
		cluster.node("edge", "e1", "waitMs: 20000"),
	]);
	using viewer = new TestViewer(`${edge.rtmp}/live/before`);
	const holdUntil = () => viewer.packets.length > 0;
	const clip = demoClip();
	using before = await PacedEncoder.start([`${origin.rtmp}/live/before`], clip, { holdUntil });
	await expect.poll(() => framesOf(viewer.packets).length, { timeout: 10_000 }).toBeGreaterThan(50);

	await cluster.nats.stop();
	await expect.poll(() => metric(edge.http, "millrace_control_plane_up"), { timeout: 5_000 }).toBe(0);
	const awaySince = performance.now();
	using _meanwhile = await PacedEncoder.start([`${origin.rtmp}/live/meanwhile`], clip);
	const isReady = async () => (await fetch(`${edge.http}/readyz`)).status;
	await expect.poll(() => performance.now() - awaySince, { timeout: AWAY_MS + 1_000 }).toBeGreaterThan(AWAY_MS);
	expect(await isReady()).toBe(200);

	await cluster.nats.restart();
	using late = new TestViewer(`${edge.rtmp}/live/meanwhile`);
	await expect.poll(() => framesOf(late.packets).length, { timeout: 2_000 }).toBeGreaterThan(0);
	await before.done;
	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
});

test("nonsense on every subject is thrown away and counted, and viewers lose nothing", async () => {
	await using cluster = await Cluster.start();
	const [origin, edge] = await Promise.all([cluster.node("origin", "o1"), cluster.node("edge", "e1", "waitMs: 20000")]);
	const clip = demoClip().filter(({ time }) => time < 4000);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const holdUntil = () => viewer.packets.length > 0;
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], clip, { holdUntil });
	await expect.poll(() => viewer.packets.length, { timeout: 10_000 }).toBeGreaterThan(0);

	const nats = await connect({ servers: cluster.nats.url });
	try {
		const kinds = ["alive", "register", "addStream", "removeStream", "gone"];
		const subjects = ["o1", "e1", "nobody", "x".repeat(100)].flatMap((id) =>
			kinds.map((kind) => `millrace.default.node.${id}.${kind}`),
		);
		const deep = Array.from({ length: 1000 }).reduce<unknown>((inner) => [inner], 1);
		const payloads = [
			new Uint8Array(),
			Buffer.from("GET / HTTP/1.1\r\n\r\n"),
			randomBytes(1000),
			randomBytes(500_000),
			pack(deep),
			pack({ incarnation: "wrong", seq: 7, key: "live/cam", reason: "because" }),
			pack({ incarnation: 7, seq: -1, stream: null }),
			pack({ node: { id: "o1" }, seq: "one" }),
			pack(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field${index}`, index]))),
		];
		for (const subject of [...subjects, "millrace.default.discover"]) {
			for (const payload of payloads) nats.publish(subject, payload, { reply: "millrace.default.nowhere" });
		}
		await nats.flush();
		for (const { http } of [origin, edge]) {
			const discarded = () => metric(http, "millrace_control_events_total", { event: "control-discard" });
			await expect.poll(discarded, { timeout: 5_000 }).toBeGreaterThan(payloads.length);
		}
	} finally {
		await nats.close();
	}
	await encoder.done;
	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	expect(await metric(edge.http, "millrace_pulls_total", { outcome: "started" })).toBe(1);
	expect(await metric(edge.http, "millrace_nodes")).toBe(1);
});

test("a node is alive but not ready until it has reached NATS once", async () => {
	const port = await freePort();
	const env = {
		MILLRACE_NODE_ID: "o1",
		MILLRACE_RTMP_PORT: "0",
		MILLRACE_HTTP_PORT: "0",
		MILLRACE_NATS_SERVERS: `nats://127.0.0.1:${port}`,
	};
	await using origin = await startOrigin(readConfig("origin", { env }), { log: silentLogger() });
	const statusOf = async (path: string) => (await fetch(`${origin.http}${path}`)).status;
	expect([await statusOf("/healthz"), await statusOf("/readyz")]).toEqual([200, 503]);
	expect(await metric(origin.http, "millrace_control_plane_up")).toBe(0);
	await using nats = await startNatsServer({ port });
	await expect.poll(() => statusOf("/readyz"), { timeout: 10_000 }).toBe(200);
	await nats.stop();
	await expect.poll(() => metric(origin.http, "millrace_control_plane_up"), { timeout: 10_000 }).toBe(0);
	// It goes on with what it knows.
	expect(await statusOf("/readyz")).toBe(200);
});
