import { expect, test } from "vitest";
import { parseStreamKey } from "#shared/base/names";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const clip = demoClip();
const before = clip.filter(({ time }) => time < 1000);
const after = clip.filter(({ time }) => time >= 1000 && time < 2000);
const key = parseStreamKey("live/cam") ?? expect.fail("a key");
const silences = (http: string): Promise<number> => metric(http, "millrace_publishes_total", { outcome: "silent" });
const connections = (http: string): Promise<number> => metric(http, "millrace_connections");
const lastOf = (packets: readonly MediaPacket[]): string => packets.map(idOf).at(-1) ?? "";

test("plays of a silent encoder's stream get nothing old, and everything once it goes on; readers stay", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: "publish: {silentMs: 200, graceMs: 60000}" });
	using encoder = await RawClient.connect(origin.rtmp);
	const streamId = await encoder.publish("cam");
	encoder.sendMedia(streamId, before);
	using early = new TestViewer(`${origin.rtmp}/live/cam`);
	await expect.poll(() => early.packets.map(idOf)).toContain(lastOf(before));
	await expect.poll(() => silences(origin.http)).toBe(1);

	using late = new TestViewer(`${origin.rtmp}/live/cam`);
	using gone = new TestViewer(`${origin.rtmp}/live/cam`);
	await expect.poll(() => connections(origin.http)).toBe(4);
	gone[Symbol.dispose]();
	await expect.poll(() => connections(origin.http)).toBe(3);
	expect([late.isPlaying, late.packets.length, late.ended]).toEqual([false, 0, undefined]);

	encoder.sendMedia(streamId, after);
	for (const viewer of [early, late]) await expect.poll(() => viewer.packets.map(idOf)).toContain(lastOf(after));
	expect(early.ended).toBeUndefined();
});

test("a play of a stream that stays silent is refused when its time is over", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: "publish: {silentMs: 100, graceMs: 300}" });
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), before);
	await expect.poll(() => silences(origin.http)).toBe(1);
	using viewer = new TestViewer(`${origin.rtmp}/live/cam`);
	await expect.poll(() => viewer.ended?.message).toContain("StreamNotFound");
	expect(viewer.packets).toEqual([]);
});

test("nodes hear that a stream is silent, and that it is back", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: "publish: {silentMs: 600}" });
	const edge = await mesh.edge("e1");
	using encoder = await RawClient.connect(origin.rtmp);
	const streamId = await encoder.publish("cam");
	encoder.sendMedia(streamId, before);
	const offered = () => edge.relay.hops(key).length > 0;
	await expect.poll(offered).toBe(true);
	await expect.poll(offered).toBe(false);
	encoder.sendMedia(streamId, after);
	await expect.poll(offered).toBe(true);
});
