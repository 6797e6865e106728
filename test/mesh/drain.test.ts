import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const noHurry = new AbortController().signal;

test.for([
	["with a hot standby", "standby: 1"],
	["without a standby", "standby: 0"],
] as const)("children leave a draining parent before it closes, %s: nobody misses a frame", async ([, text]) => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const [one, two] = [await mesh.intermediate("i1"), await mesh.intermediate("i2")];
	const edge = await mesh.edge("e1", { text });
	const clip = demoClip().filter(({ time }) => time < 4000);
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], clip);
	using viewer = new TestViewer(`${edge.rtmp}/live/a`);
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(40);

	const upstream = () => [...edge.relay.streams.values()][0]?.upstream;
	const drained = upstream() === "i1" ? one : two;
	await drained.drain(noHurry);
	expect(drained.relay.readers).toBe(0);
	// On a busy machine the origin may help out for a moment.
	await expect.poll(upstream).toBe(drained === one ? "i2" : "i1");
	await drained[Symbol.asyncDispose]();

	await encoder.done;
	const end = clip.at(-1);
	await expect
		.poll(() => viewer.packets.some(({ payload }) => Buffer.compare(payload, end?.payload ?? Buffer.alloc(0)) === 0))
		.toBe(true);
	expect(judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
});

test("a draining node lets nobody in and says that it is not ready", async () => {
	await using mesh = new TestMesh();
	const edge = await mesh.edge("e1", { text: "drainMs: 60000" });
	const ready = async () => (await fetch(`${edge.http}/readyz`)).status;
	expect(await ready()).toBe(200);
	await edge.drain(noHurry);
	expect(await ready()).toBe(503);
	expect((await fetch(`${edge.http}/live/a.flv`)).status).toBe(503);
	using late = new TestViewer(`${edge.rtmp}/live/a`);
	await expect.poll(() => late.ended?.message).toMatch(/connection refused/);
});

test("a node whose readers have nowhere to go closes when drainMs is over", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1", { text: "drainMs: 300" });
	const edge = await mesh.edge("e1");
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], demoClip());
	using viewer = new TestViewer(`${edge.rtmp}/live/a`);
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(10);
	await origin.drain(noHurry);
	expect(encoder.endedAt(0)).toBeUndefined();
	const before = viewer.packets.length;
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(before);
});
