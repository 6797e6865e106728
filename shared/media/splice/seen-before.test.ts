import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Splicer } from "./splicer.ts";
import { type FeedPlan, makeSource, packet, play, schedule, stepsBack, textOf, texts, USUAL } from "./test-source.ts";

const SOURCE = makeSource({ seconds: 40, ...USUAL });
const until = (ms: number): MediaPacket[] => SOURCE.filter(({ time }) => time < ms);

/** An encoder that stops after so long and starts its file again 2 s later: when what came out came. */
function startedAgain(afterMs: number, feeds = 1) {
	const out: MediaPacket[] = [];
	const at: number[] = [];
	let now = 0;
	const splicer = new Splicer({
		deliver: (next) => {
			out.push(next);
			at.push(now);
		},
	});
	for (const [begin, seconds] of [
		[0, afterMs],
		[afterMs + 2000, 8000],
	] as const) {
		const opened = Array.from({ length: feeds }, (_, index) => splicer.open(`${begin} ${index}`));
		for (const next of until(seconds)) {
			now = begin + next.time;
			for (const feed of opened) feed.push(next, now);
		}
		for (const feed of opened) feed.close(now);
	}
	const gaps = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
	return { out, stall: Math.max(...gaps) };
}

test.for([
	[600, 1],
	[3000, 1],
	[6000, 1],
	[15_000, 2],
	[35_000, 1],
] as const)("an encoder that starts its file again after %i ms is the present, with %i feeds", ([afterMs, feeds]) => {
	const { out, stall } = startedAgain(afterMs, feeds);
	expect(stall).toBeLessThanOrEqual(2000 + 1000);
	for (const kind of ["video", "audio"] as const) expect(stepsBack(out, kind)).toEqual([]);
	// From the newest keyframe on nothing is missing.
	const video = texts(out, "video");
	expect(video.slice(-200)).toEqual(texts(until(8000), "video").slice(-200));
});

test("a clip in a loop, taken up again in the middle, goes on at once", () => {
	const clip = makeSource({ seconds: 3, ...USUAL });
	const looped = Array.from({ length: 5 }, (_, round) =>
		clip
			.filter(({ role }) => round === 0 || role === "frame" || role === "keyframe")
			.map((next) => ({ ...next, time: next.time + round * 3000 })),
	).flat();
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 7000 },
		{ id: "b", openAt: 9000, lag: 9000, source: looped, from: 0 },
	];
	const { packets, switches } = play(schedule(looped, plans), plans);
	expect(switches).toHaveLength(1);
	expect(switches[0]?.gapMs).toBeLessThanOrEqual(3000);
	expect(stepsBack(packets, "video")).toEqual([]);
});

test("a parent's history that takes a second to arrive is not taken for the present", () => {
	const out: MediaPacket[] = [];
	const splicer = new Splicer({ deliver: (next) => out.push(next) });
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	for (const next of until(14_000)) a.push(next, next.time);
	a.close(14_000);
	// From 12 s back, ten times as fast as it was made, then as it comes.
	const from = SOURCE.findIndex(({ time, role }) => role === "keyframe" && time >= 2000);
	for (const next of SOURCE.slice(from).filter(({ time }) => time < 20_000)) {
		b.push(next, Math.max(next.time + 50, 14_000 + (next.time - 2000) / 10));
	}
	for (const kind of ["video", "audio"] as const) expect(texts(out, kind)).toEqual(texts(until(20_000), kind));
});

test("a standby that is behind brings what it was behind by, and only then what is new", () => {
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 5000, lag: 5000, closeAt: 15_000 },
		{ id: "b", openAt: 5000, lag: 9000 },
	];
	const { packets } = play(schedule(until(20_000), plans), plans);
	expect(texts(packets, "video")).toEqual(texts(until(20_000), "video"));
});

test("a slate is a picture like any other", () => {
	const isRepeated = (): boolean => true;
	const slate = makeSource({ seconds: 10, ...USUAL, isRepeated });
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 6000 },
		{ id: "b", openAt: 8000, lag: 8000, from: 0 },
	];
	const { packets, switches } = play(schedule(slate, plans), plans);
	expect(switches[0]?.gapMs).toBeLessThanOrEqual(3000);
	expect(stepsBack(packets, "video")).toEqual([]);
});

test("what throws on the way of a packet ends its feed, and another goes on", () => {
	const out: MediaPacket[] = [];
	const failures: string[] = [];
	let poison = 1;
	const splicer = new Splicer({
		deliver: (next) => {
			if (poison > 0 && textOf(next) === "video 40" && poison-- > 0) throw new Error("no bytes for that");
			out.push(next);
		},
	});
	const open = (id: string) =>
		splicer.open(id, ({ error, isRepeated }) => failures.push(`${id} ${String(error)} ${isRepeated}`));
	const [a, b] = [open("a"), open("b")];
	for (const next of until(3000)) {
		a.push(next, next.time);
		b.push(next, next.time);
	}
	expect(failures).toEqual(["a Error: no bytes for that false"]);
	expect(texts(out, "video")).toEqual(texts(until(3000), "video").filter((text) => text !== "video 40"));
	poison = 1;
	b.push(packet("video", "keyframe", 3000, "video 40"), 3000);
	expect(failures[1]).toBe("b Error: no bytes for that true");
});
