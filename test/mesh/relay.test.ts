import { expect, test } from "vitest";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";

const seconds = (from: number, to: number) => demoClip().filter(({ time }) => time >= from * 1000 && time < to * 1000);

test("a stream published at an origin is watched two tiers away, frame for frame", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1");
	using publisher = new TestPublisher(`${origin.rtmp}/live/a`);
	await publisher.ready;
	publisher.send(seconds(0, 1));
	using viewer = new TestViewer(`${edge.rtmp}/live/a`);
	await expect.poll(() => framesOf(viewer.packets).length).toBeGreaterThan(0);
	publisher.send(seconds(1, 4));
	const want = framesOf(seconds(0, 4)).map(idOf);
	await expect.poll(() => framesOf(viewer.packets).length).toBe(want.length);
	expect(framesOf(viewer.packets).map(idOf)).toEqual(want);
	expect(viewer.packets.filter(({ role }) => role === "header")).toHaveLength(2);
	expect(viewer.packets.filter(({ role }) => role === "metadata")).toHaveLength(1);
	expect([...edge.relay.streams.values()].map(({ upstream }) => upstream)).toEqual(["i1"]);
});
