import { expect, test } from "vitest";
import type { MediaPacket, SegmentMark } from "#shared/formats/packet";
import type { Edge } from "../../services/edge/edge.ts";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const clip = demoClip();
const HEADERS = clip.filter(({ role }) => role === "metadata" || role === "header");
/** The clip again and again, so that its frames stay apart: a byte behind each frame tells the round. */
const long: readonly MediaPacket[] = [0, 1].flatMap((round) =>
	(round === 0 ? clip : framesOf(clip)).map((packet) => ({
		...packet,
		time: packet.time + round * 10_000,
		payload:
			packet.role === "header" || packet.role === "metadata"
				? packet.payload
				: Buffer.concat([packet.payload, Buffer.of(round)]),
	})),
);
const later = (by: number, from = 0): MediaPacket[] => [
	...HEADERS.map((packet) => ({ ...packet, time: by })),
	...framesOf(long)
		.filter(({ time }) => time >= from)
		.map((packet) => ({ ...packet, time: packet.time - from + by })),
];

/** Every mark at an edge, by the frame that bears it. */
function marksAt(edge: Edge): Map<string, SegmentMark> {
	const marks = new Map<string, SegmentMark>();
	for (const { hub } of edge.relay.streams.values()) {
		const write = hub.write.bind(hub);
		hub.write = (packet) => {
			if (packet.mark) marks.set(idOf(packet), packet.mark);
			write(packet);
		};
	}
	return marks;
}

test("edges below two origins of one encoder name its segments alike, also where one comes late", {
	timeout: 40_000,
}, async () => {
	await using mesh = new TestMesh();
	const [one, two] = [await mesh.origin("o1"), await mesh.origin("o2")];
	const below = (id: string, rtmp: string) => mesh.edge(id, { text: `{upstreams: [{label: up, primary: "${rtmp}"}]}` });
	const [first, second] = [await below("e1", one.rtmp), await below("e2", two.rtmp)];
	using a = await PacedEncoder.start([`${one.rtmp}/live/a`], later(0));
	// The second output begins 2 s later, and counts from there.
	await expect.poll(() => (a.sent.at(-1)?.time ?? 0) >= 2000, { timeout: 5000, interval: 5 }).toBe(true);
	using b = await PacedEncoder.start([`${two.rtmp}/live/a`], later(0, 2000));
	const viewers = [new TestViewer(`${first.rtmp}/live/a`), new TestViewer(`${second.rtmp}/live/a`)];
	await expect.poll(() => [first, second].map(({ relay }) => relay.streams.size), { timeout: 10_000 }).toEqual([1, 1]);
	const [atFirst, atSecond] = [marksAt(first), marksAt(second)];
	const common = (one: Map<string, SegmentMark>, other: Map<string, SegmentMark>) =>
		[...one].filter(([id]) => other.has(id));
	await expect.poll(() => common(atFirst, atSecond).length, { timeout: 15_000 }).toBeGreaterThan(2);

	const late = await mesh.edge("e3");
	using viewer = new TestViewer(`${late.rtmp}/live/a`);
	await expect.poll(() => late.relay.streams.size, { timeout: 10_000 }).toBe(1);
	const atLate = marksAt(late);
	await expect.poll(() => common(atFirst, atLate).length, { timeout: 10_000 }).toBeGreaterThan(0);
	b[Symbol.dispose]();

	const names = (marks: Map<string, SegmentMark>, ids: readonly string[]) =>
		ids.map((id) => [marks.get(id)?.number, marks.get(id)?.begin]);
	// Both began at once, and one took over the other's: from its second segment on they agree.
	const shared = common(atFirst, atSecond)
		.map(([id]) => id)
		.slice(1);
	expect(names(atSecond, shared)).toEqual(names(atFirst, shared));
	const known = common(atFirst, atLate).map(([id]) => id);
	expect(names(atLate, known)).toEqual(names(atFirst, known));

	for (const { packets } of [...viewers, viewer]) {
		expect(packets.some(({ payload }) => Buffer.from(payload).includes("millraceSegment"))).toBe(false);
	}
	for (const one of viewers) one[Symbol.dispose]();
});
