import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { SourceJudge } from "./source-judge.ts";

/** Twenty frames, 500 ms apart: a loop of 10 s. */
const FRAMES = 20;
const STEP = 500;

const frame = (name: string, time: number): MediaPacket => ({
	kind: "video",
	role: "frame",
	time,
	payload: Buffer.from(name),
});
const source = (names: readonly string[]) => names.map((name, index) => frame(name, index * STEP));
const letters = [..."abcdefghijklmnopqrst"];

/** `at` is both the timestamp and the moment of arrival, in frames since the first, unless `wall` differs. */
type Arrival = { name: string; at: number; wall?: number };
const sum = (names: readonly string[], arrivals: readonly Arrival[]) => {
	const judge = new SourceJudge(source(names));
	const total = { lost: 0, repeated: 0, unknown: 0 };
	for (const { name, at, wall = at } of arrivals) {
		const verdict = judge.judge(frame(name, at * STEP), wall * STEP);
		total.lost += verdict.lost;
		if (verdict.isRepeated) total.repeated++;
		if (verdict.isUnknown) total.unknown++;
	}
	return total;
};
const steadily = (names: string): Arrival[] => [...names].map((name, at) => ({ name, at }));

test.for([
	{ name: "in order", arrivals: steadily("cdefg"), expected: {} },
	{ name: "past the loop's end", arrivals: steadily("rstabc"), expected: {} },
	{
		name: "two missed",
		arrivals: [
			{ name: "a", at: 0 },
			{ name: "d", at: 3 },
		],
		expected: { lost: 2 },
	},
	{
		name: "missed across the loop's end",
		arrivals: [
			{ name: "s", at: 0 },
			{ name: "b", at: 3 },
		],
		expected: { lost: 2 },
	},
	{
		name: "missed, though the timestamps go on as if not",
		arrivals: [
			{ name: "a", at: 0, wall: 0 },
			{ name: "d", at: 1, wall: 3 },
		],
		expected: { lost: 2 },
	},
	{ name: "the same again", arrivals: steadily("abbc"), expected: { repeated: 1 } },
	{
		name: "three back",
		arrivals: [..."abcdef", ..."defg"].map((name, at) => ({ name, at: at * 0.01 })),
		expected: { repeated: 3 },
	},
	{ name: "not of the source", arrivals: steadily("aXb"), expected: { unknown: 1 } },
	{
		name: "most of a loop missed in a long silence",
		arrivals: [
			{ name: "a", at: 0 },
			{ name: "r", at: 17 },
		],
		expected: { lost: 16 },
	},
	{
		name: "more than a loop missed, as the timestamps say",
		arrivals: [
			{ name: "a", at: 0 },
			{ name: "c", at: 22 },
		],
		expected: { lost: 21 },
	},
	{
		name: "held back for long and then all there",
		arrivals: [
			{ name: "a", at: 0, wall: 0 },
			{ name: "b", at: 1, wall: 18 },
			{ name: "c", at: 2, wall: 18 },
		],
		expected: {},
	},
])("$name", ({ arrivals, expected }) => {
	expect(sum(letters, arrivals)).toEqual({ lost: 0, repeated: 0, unknown: 0, ...expected });
});

test("frames that look alike count as the expected ones", () => {
	const names = [..."abzzzzzzzzzzzzzzzzzz"];
	expect(sum(names, steadily("abzzzzzzzzzzzzzzzzzzabzz"))).toEqual({ lost: 0, repeated: 0, unknown: 0 });
});

test("whatever is left out of a loop's stream is counted, frame by frame", () => {
	const present = fc.array(fc.boolean(), { minLength: 2, maxLength: 60 });
	fc.assert(
		fc.property(present, (kept) => {
			const arrivals = kept.flatMap((isKept, at) => (isKept ? [{ name: letters[at % FRAMES] ?? "", at }] : []));
			const first = kept.indexOf(true);
			const missed = kept.slice(first, kept.lastIndexOf(true) + 1).filter((isKept) => !isKept).length;
			expect(sum(letters, arrivals)).toEqual({ lost: missed, repeated: 0, unknown: 0 });
		}),
	);
});
