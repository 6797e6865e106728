import { expect, test } from "vitest";
import { demoClip, framesOf } from "../support/clip.ts";
import { judge } from "../support/frame-judge.ts";

const source = demoClip();
const perfect = { frames: framesOf(source).length, lost: 0, dup: 0, back: 0, unknown: 0, headers: 2 };
const video = framesOf(source).filter(({ kind }) => kind === "video");
const videoAt = (number: number) => source.findIndex(({ payload }) => payload === video[number]?.payload);

test.for([
	["nothing amiss", source, perfect],
	["one frame lost", source.toSpliced(videoAt(40), 1), { ...perfect, frames: perfect.frames - 1, lost: 1 }],
	[
		"one frame twice",
		source.flatMap((packet, place) => (place === videoAt(40) ? [packet, packet] : [packet])),
		{ ...perfect, frames: perfect.frames + 1, dup: 1 },
	],
	[
		"a time that goes backwards",
		source.map((packet, place) => (place === videoAt(40) ? { ...packet, time: packet.time - 100 } : packet)),
		{ ...perfect, back: 1 },
	],
	[
		"a frame of another stream",
		source.map((packet, place) =>
			place === videoAt(40) ? { ...packet, payload: Buffer.of(0x27, 1, 0, 0, 0, 9) } : packet,
		),
		{ ...perfect, lost: 1, unknown: 1 },
	],
	["the end is missing", source.slice(0, videoAt(299)), { lost: 2 }],
] as const)("the frame judge sees %s", ([, arrived, verdict]) => {
	expect(judge(source, arrived, { ended: true })).toMatchObject(verdict);
});
