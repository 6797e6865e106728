import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../support/clip.ts";
import { judge } from "../support/frame-judge.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const SECONDS = 3;
const STREAMS = 10;
const VIEWERS = 10;

/** The demo clip with a mark in every frame, so that frames of one stream are strangers in another. */
const clipOf = (stream: number): MediaPacket[] =>
	demoClip()
		.filter(({ time }) => time < SECONDS * 1000)
		.map((packet) => ({ ...packet, payload: Buffer.concat([packet.payload, Buffer.of(stream)]) }));

test("ten encoders and a hundred viewers at once: every viewer gets every frame of its own stream", async () => {
	await using mesh = new TestMesh();
	const origins = [await mesh.origin("o1"), await mesh.origin("o2")];
	await mesh.intermediate("i1");
	const edges = [await mesh.edge("e1", { text: "waitMs: 20000" }), await mesh.edge("e2", { text: "waitMs: 20000" })];
	const streams = Array.from({ length: STREAMS }, (_, number) => ({
		name: `cam${number}`,
		clip: clipOf(number),
		number,
	}));
	const viewers = streams.flatMap(({ name, clip }) =>
		Array.from({ length: VIEWERS }, (_, place) => ({
			clip,
			viewer: new TestViewer(`${edges[place % edges.length]?.rtmp}/live/${name}`),
		})),
	);
	const encoders: PacedEncoder[] = [];
	try {
		const holdUntil = () => viewers.every(({ viewer }) => viewer.packets.length > 0);
		for (const { name, clip, number } of streams) {
			const origin = origins[number % origins.length];
			encoders.push(await PacedEncoder.start([`${origin?.rtmp}/live/${name}`], clip, { holdUntil }));
		}
		await Promise.all(encoders.map(({ done }) => done));
		for (const { clip, viewer } of viewers) {
			const want = judge(clip, clip, { ended: true });
			await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toEqual(want);
		}
	} finally {
		for (const encoder of encoders) encoder[Symbol.dispose]();
		for (const { viewer } of viewers) viewer[Symbol.dispose]();
	}
});
