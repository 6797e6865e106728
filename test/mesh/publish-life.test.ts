import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const seconds = (from: number, to: number): MediaPacket[] =>
	demoClip().filter(({ time }) => time >= from * 1000 && time < to * 1000);

/** Four seconds in two halves, the second of which begins with a keyframe. */
const whole = seconds(0, 4);
const middle = whole.findIndex(({ role, time }) => role === "keyframe" && time >= 2000);
const firstHalf = whole.slice(0, middle);
/** As an encoder sends it that was started anew: headers again, and a clock that begins at zero. */
const secondHalf = [
	...whole.filter(({ role }) => role === "metadata" || role === "header"),
	...whole.slice(middle),
].map((packet) => ({ ...packet, time: Math.max(packet.time - 2000, 0) }));

/** Tells once the edge has word that `cam` is over. */
async function subscribed(rtmp: string): Promise<RawClient> {
	const player = await RawClient.connect(rtmp);
	await player.call("FCSubscribe", null, "cam");
	expect((await player.status("onFCSubscribe")).code).toBe("NetStream.Play.Start");
	return player;
}

test("an unpublish is told through the mesh at once, whatever the grace for lost publishers", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: "publish: {graceMs: 60000}" });
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1");
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 1));
	using player = await subscribed(edge.rtmp);
	encoder.tell("FCUnpublish", 0, "cam");
	// It gives up waiting long before the grace is over.
	expect((await player.status("onFCSubscribe")).code).toBe("NetStream.Play.UnpublishNotify");
});

test("a publisher whose connection drops is waited for as long as publish.graceMs says", async () => {
	const graceMs = 700;
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: `publish: {graceMs: ${graceMs}}` });
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1");
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 1));
	using player = await subscribed(edge.rtmp);
	const dropped = performance.now();
	encoder[Symbol.dispose]();
	expect((await player.status("onFCSubscribe")).code).toBe("NetStream.Play.UnpublishNotify");
	// Timers of the event loop may fire up to a millisecond early.
	expect(performance.now() - dropped).toBeGreaterThanOrEqual(graceMs - 1);
});

test("a publisher that returns in time goes on with the same stream: nothing twice, nothing backwards, no end", async () => {
	await using mesh = new TestMesh();
	const text = "publish: {graceMs: 60000}";
	const origin = await mesh.origin("o1", { text });
	await mesh.intermediate("i1", { text: "idleMs: 60000" });
	const edge = await mesh.edge("e1", { text: "idleMs: 60000" });
	using first = await RawClient.connect(origin.rtmp);
	first.sendMedia(await first.publish("cam"), firstHalf);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => judge(firstHalf, viewer.packets, { ended: true }).lost).toBe(0);
	first[Symbol.dispose]();

	using _second = await PacedEncoder.start([`${origin.rtmp}/live/cam`], secondHalf);
	const verdict = () => judge(whole, viewer.packets, { ended: true });
	await expect.poll(verdict, { timeout: 10_000 }).toMatchObject({ ...FLAWLESS, headers: expect.any(Number) });
	expect(viewer.ended).toBeUndefined();
});
