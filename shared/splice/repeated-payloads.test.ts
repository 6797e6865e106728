import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/media";
import { Splicer } from "./index.ts";
import { type FeedPlan, makeSource, packet, play, schedule, stepsBack, texts, USUAL } from "./test-source.ts";

test("equal frames in a row are as many frames, whoever brings them", () => {
	const source = makeSource({ seconds: 6, ...USUAL, isRepeated: (kind, index) => kind === "audio" || index % 30 > 20 });
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 4000 },
		{ id: "b", openAt: 1000, lag: 700, zero: 123 },
	];
	const { packets } = play(schedule(source, plans), plans);
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(source, kind));
});

test.for([
	{ name: "with one zero the times tell the place", zero: 0, states: ["leading", "aligned"] },
	{ name: "with another nothing does", zero: 1_000_000, states: ["leading", "unrelated"] },
])("where all payloads are equal: $name", ({ zero, states }) => {
	const still = (time: number): MediaPacket[] => [
		packet("video", time === 0 ? "keyframe" : "frame", time, "still"),
		packet("audio", "frame", time + 3, "silence"),
	];
	const source = [...Array.from({ length: 600 }, (_, index) => still(index * 40)).flat()];
	const out: MediaPacket[] = [];
	const splicer = new Splicer({ deliver: (next) => out.push(next) });
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	for (const next of source) {
		a.push(next, next.time);
		b.push({ ...next, time: next.time + zero }, next.time);
	}
	expect([a.state, b.state]).toEqual(states);
	expect(out.length).toBe(source.length);
});

test.for([
	{ name: "behind", openAt: 11_500, lag: 800, closeA: 17_000 },
	{ name: "ahead", openAt: 11_500, lag: -800, closeA: 17_000 },
	{ name: "cold", openAt: 13_210, lag: 0, closeA: 13_200 },
	{ name: "cold, at a keyframe right behind the end", openAt: 13_880, lag: 0, closeA: 13_855 },
])(
	"a clip in a loop shorter than the window is not mistaken for an earlier round: $name",
	({ openAt, lag, closeA }) => {
		const clip = makeSource({ seconds: 9.9, ...USUAL });
		const length = 9900;
		const rounds = [1, 2].flatMap((round) =>
			clip.slice(3).map((next) => ({ ...next, time: next.time + round * length })),
		);
		const source = [...clip, ...rounds];
		const plans: FeedPlan[] = [
			{ id: "a", openAt: 1000, lag: 1000, closeAt: closeA + 1000 },
			{ id: "b", openAt: openAt + 1000, lag: lag + 1000 },
		];
		const { packets } = play(schedule(source, plans), plans);
		for (const kind of ["video", "audio"] as const) {
			expect(texts(packets, kind)).toEqual(texts(source, kind));
			expect(stepsBack(packets, kind)).toEqual([]);
		}
		const lastAt = packets.at(-1)?.time ?? 0;
		expect(lastAt).toBe(source.at(-1)?.time);
	},
);
