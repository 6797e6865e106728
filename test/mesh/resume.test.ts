import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

test("a parent that has to fetch the stream first fetches it from where its child left off", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const [one, two] = [await mesh.intermediate("i1"), await mesh.intermediate("i2")];
	await using first = await TcpProxy.open(one.rtmp);
	await using second = await TcpProxy.open(two.rtmp);
	const upstreams = `[{label: one, primary: "${first.url}"}, {label: two, primary: "${second.url}"}]`;
	const edge = await mesh.edge("e1", { text: `{standby: 0, upstreams: ${upstreams}}` });
	const clip = demoClip().filter(({ time }) => time < 6000);
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], clip);
	using viewer = new TestViewer(`${edge.rtmp}/live/a`);

	// The silence lasts longer than the group of pictures it begins in: by itself the second would begin too late.
	await expect.poll(() => viewer.packets.some(({ time }) => time >= 1700)).toBe(true);
	first.freeze();
	await expect.poll(() => two.relay.streams.size).toBe(1);

	await encoder.done;
	const end = clip.at(-1)?.payload ?? Buffer.alloc(0);
	await expect.poll(() => viewer.packets.some(({ payload }) => Buffer.compare(payload, end) === 0)).toBe(true);
	expect(judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
});
