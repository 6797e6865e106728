import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Splicer } from "./splicer.ts";
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

const LOOP_MS = 9900;

/** A clip played over and over; times go on. */
function looped(rounds: number): MediaPacket[] {
	const clip = makeSource({ seconds: LOOP_MS / 1000, ...USUAL });
	const again = (round: number) => clip.slice(3).map((next) => ({ ...next, time: next.time + round * LOOP_MS }));
	return [...clip, ...Array.from({ length: rounds - 1 }, (_, index) => again(index + 1)).flat()];
}

test.for([
	{ name: "behind", openAt: 11_500, lag: 800, closeA: 17_000 },
	{ name: "ahead", openAt: 11_500, lag: -800, closeA: 17_000 },
	{ name: "cold", openAt: 13_210, lag: 0, closeA: 13_200 },
	{ name: "cold, at a keyframe right behind the end", openAt: 13_880, lag: 0, closeA: 13_855 },
])(
	"a clip in a loop shorter than the window is not mistaken for an earlier round: $name",
	({ openAt, lag, closeA }) => {
		const source = looped(3);
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

test("after a hole nearly as long as the loop a clip goes on at its own times, not where it was a round ago", () => {
	const source = looped(3);
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 4715 },
		{ id: "b", openAt: 13_500 },
	];
	const { packets, switches } = play(schedule(source, plans), plans);
	const before = source.filter(({ kind, time }) => kind === "video" && time < 4715);
	const after = source.filter(({ kind, time }) => kind === "video" && time >= 12_870);
	expect(switches).toMatchObject([{ from: "a", to: "b", cause: "closed", discontinuity: false, framesLost: 247 }]);
	expect(packets.filter(({ kind }) => kind === "video").map(({ time }) => time)).toEqual(
		[...before, ...after].map(({ time }) => time),
	);
});
