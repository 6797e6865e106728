import { expect, test } from "vitest";
import { SpacingJudge } from "./spacing-judge.ts";

const ntsc = (index: number) => Math.round((index * 1001) / 30);
const aac = (index: number) => Math.round((index * 1024_000) / 44_100);

const sum = (
	times: readonly number[],
	nameOf = (index: number) => `frame ${index}`,
	wallOf = (time: number) => time,
) => {
	const judge = new SpacingJudge();
	let lost = 0;
	let repeated = 0;
	for (const [index, time] of times.entries()) {
		const payload = Buffer.from(nameOf(index));
		const verdict = judge.judge({ kind: "video", role: "frame", time, payload }, wallOf(time));
		lost += verdict.lost;
		if (verdict.isRepeated) repeated++;
	}
	return { lost, repeated };
};
const track = (count: number, timeOf: (index: number) => number, without: readonly number[] = []) =>
	Array.from({ length: count }, (_, index) => index)
		.filter((index) => !without.includes(index))
		.map(timeOf);

test.for([
	{ name: "NTSC pictures", times: track(300, ntsc), lost: 0 },
	{ name: "AAC at 44.1 kHz", times: track(400, aac), lost: 0 },
	{ name: "one picture missing", times: track(300, ntsc, [100]), lost: 1 },
	{ name: "three AAC frames missing", times: track(300, aac, [50, 51, 52]), lost: 3 },
	{
		name: "a second missing",
		times: track(
			300,
			ntsc,
			Array.from({ length: 30 }, (_, index) => 100 + index),
		),
		lost: 30,
	},
	{ name: "too few frames to tell", times: [0, 33, 66, 500], lost: 0 },
])("$name: $lost lost", ({ times, lost }) => {
	expect(sum(times)).toEqual({ lost, repeated: 0 });
});

test("a rate that halves for good is a loss only until it is the usual one", () => {
	const slower = Array.from({ length: 300 }, (_, index) => ntsc(100) + (index + 1) * 67);
	expect(sum([...track(101, ntsc), ...slower]).lost).toBeLessThan(48);
});

test("a payload that comes again with its time within 5 s is one too many", () => {
	expect(sum([0, 40, 80, 40, 120], (index) => ["a", "b", "c", "b", "d"][index] ?? "")).toEqual({
		lost: 0,
		repeated: 1,
	});
});

test("silence looks alike all the time and is none", () => {
	expect(sum(track(500, aac), () => "silence")).toEqual({ lost: 0, repeated: 0 });
});
