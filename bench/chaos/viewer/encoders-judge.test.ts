import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { EncodersJudge } from "./encoders-judge.ts";

/** `a3` is the fourth frame of the encoder named a; ten frames are a second. */
const frame = (name: string, time = 0): MediaPacket => ({
	...{ kind: "video", role: "frame", time },
	payload: Buffer.from(name),
});
const file = (encoder: string) => Array.from({ length: 10 }, (_, place) => frame(`${encoder}${place}`, place * 100));

/** What is said of frames that arrive each 100 ms. */
function judged(names: readonly string[], judge = new EncodersJudge([file("a"), file("b")])) {
	const verdicts = names.map((name, at) => judge.judge(frame(name, at * 100), at * 100));
	return {
		lost: verdicts.reduce((sum, { lost }) => sum + lost, 0),
		twice: verdicts.filter(({ isRepeated }) => isRepeated).length,
		unknown: verdicts.filter(({ isUnknown }) => isUnknown).length,
		runs: judge.runs,
	};
}

const fine = { lost: 0, twice: 0, unknown: 0, runs: 1 };

test.for([
	["one encoder that loops", ["a8", "a9", "a0", "a1"], fine],
	["a frame of one encoder missing", ["a0", "a1", "a3"], { ...fine, lost: 1 }],
	["another encoder from anywhere on", ["a0", "a1", "b5", "b6"], { ...fine, runs: 2 }],
	["a frame of the other encoder missing", ["a0", "b5", "b7"], { ...fine, runs: 2, lost: 1 }],
	["a frame that came before the other encoder's", ["a0", "a1", "b5", "a1"], { ...fine, runs: 3, twice: 1 }],
	["one encoder's file from its begin", ["a0", "a1", "a2", "a0"], { ...fine, twice: 1 }],
	["nobody's frame", ["a0", "x0", "a1"], { ...fine, unknown: 1 }],
] as const)("%s", ([, names, verdict]) => {
	expect(judged(names)).toEqual(verdict);
});

test("an encoder that begins its file again brings nothing twice, and may lose nothing after", () => {
	const judge = new EncodersJudge([file("a")]);
	judged(["a0", "a1", "a2"], judge);
	judge.forget();
	expect(judged(["a0", "a1", "a3"], judge)).toEqual({ ...fine, runs: 2, lost: 1 });
});
