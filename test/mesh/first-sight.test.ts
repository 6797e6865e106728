import { expect, test } from "vitest";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

test("a stream that begins with sound: the edge meets the origin first, then the intermediate, and nothing comes twice", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1", { text: "waitMs: 20000" });
	const clip = demoClip().filter(({ kind, time }) => time < 2000 && (kind !== "video" || time >= 1000));
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], clip);
	await encoder.done;
	await expect.poll(() => framesOf(viewer.packets).map(idOf).at(-1)).toBe(framesOf(clip).map(idOf).at(-1));
	expect(judge(clip, viewer.packets, { ended: true })).toMatchObject({ lost: 0, dup: 0, back: 0, unknown: 0 });
});
