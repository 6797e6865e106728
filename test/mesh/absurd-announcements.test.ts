import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { openFakeBus } from "../support/fake-bus.ts";
import { FakeNode, fakeStream } from "../support/fake-node.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const UNDIALLED = [
	...["rtmp://[", "rtmp://:", "rtmp://a b", "rtmp://127.0.0.1:99999", "rtmp://127.0.0.1:0", "rtmp://user@127.0.0.1"],
	...["rtmps://x:y", "rtmps://x:443", "http://127.0.0.1:80", "rtmp://256.1.1.1:1935", "rtmp://127.0.0.1/live"],
].map((rtmp) => ({ rtmp }));
const NO_API = ["http://[", "http://a b", "ftp://a:21", "http://a:99999", "http://a.0x"].map((http) => ({ http }));
/** Names that mean something to JavaScript, and are node ids. */
const ODD_IDS = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "-", "_", "0"];

test("nodes that nobody can dial are thrown away at the door, and viewers of the stream they claim to have notice nothing", async () => {
	await using cluster = await Cluster.start();
	const origin = await cluster.node("origin", "o1");
	const edge = await cluster.node("edge", "e1", "waitMs: 20000");
	await using bus = await openFakeBus(cluster.nats.url);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const absurd = [...UNDIALLED, ...NO_API].map((info, number) => ({ id: `f${number}`, ...info }));
	const odd = ODD_IDS.map((id) => ({ id }));
	const fakes = [...absurd, ...odd].map((info) => new FakeNode(bus, info, [fakeStream("live/cam", info.id)]));
	const discards = () => metric(edge.http, "millrace_control_events_total", { event: "control-discard" });

	// It hears what is said on the control plane.
	await expect.poll(() => metric(edge.http, "millrace_nodes")).toBe(1);
	for (const fake of fakes) fake.alive();
	await expect.poll(discards).toBe(absurd.length);
	const clip = demoClip().filter(({ time }) => time < 3000);
	const holdUntil = () => viewer.packets.length > 0;
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], clip, { holdUntil });
	await expect.poll(holdUntil).toBe(true);
	for (const fake of fakes) fake.alive();
	await encoder.done;

	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	expect(await metric(edge.http, "millrace_nodes")).toBe(1 + odd.length);
	expect(await discards()).toBe(2 * absurd.length);
	for (const { program } of [origin, edge]) expect(program.isOver).toBe(false);
});
