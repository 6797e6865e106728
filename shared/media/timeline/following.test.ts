import { expect, test } from "vitest";
import type { MediaPacket, SegmentMark } from "#shared/formats/packet";
import { Timeline } from "./timeline.ts";

const UTC = 1_764_000_000_000;
const [A, B] = [{ name: "a" }, { name: "b" }];

const keyframe = (time: number): MediaPacket => ({ kind: "video", role: "keyframe", time, payload: Buffer.from("k") });
const marked = (time: number, mark: SegmentMark): MediaPacket => ({ ...keyframe(time), mark });
const mark = (number: number, begin: number, discontinuities = 0): SegmentMark => ({
	number,
	begin,
	discontinuity: discontinuities > 0,
	discontinuities,
});
const unmarked = ({ mark: _mark, place: _place, ...rest }: MediaPacket): MediaPacket => rest;

/** A relay's timeline, which expects to be told. */
function relay() {
	const timeline = new Timeline({ segmentMs: 2000, utc: () => UTC });
	timeline.wait(10_000);
	return { timeline, take: (packet: MediaPacket, from: object = A) => timeline.take(packet, from).mark };
}

/** What an owner makes of a keyframe a second. */
function owned(seconds: number, zero = 0): MediaPacket[] {
	const owner = new Timeline({ segmentMs: 2000, utc: () => UTC });
	return Array.from({ length: seconds }, (_, second) => owner.take(keyframe(zero + second * 1000), {}));
}

test("what the owner says is handed on as it is", () => {
	const { timeline } = relay();
	const source = owned(9);
	expect(source.map((packet) => timeline.take(packet, A))).toEqual(source);
});

test("who joins in the middle of a segment knows it by the first keyframe", () => {
	const source = owned(9);
	const { timeline, take } = relay();
	// After the first word of it, what is not told follows from the rule.
	const out = [take(source[3] ?? expect.fail()), ...source.slice(4).map((packet) => take(unmarked(packet), B))];
	expect(out).toEqual(source.slice(3).map((packet) => packet.mark));
	expect(timeline.newest).toEqual(source[8]?.mark);
});

test("a copy that bears no mark yet makes no segment go missing, and one that does makes none come twice", () => {
	const source = owned(40);
	const { take } = relay();
	const out = source.map((packet, index) => (index % 3 === 1 ? take(unmarked(packet), B) : take(packet, A)));
	expect(out).toEqual(source.map((packet) => packet.mark));
});

test("an upstream that says it gives marks is waited for, one that gives none is not", () => {
	const told = relay();
	expect(told.take(keyframe(0))).toBeUndefined();
	expect(told.take(keyframe(9000))).toBeUndefined();
	expect(told.take(keyframe(10_000))).toBeDefined();
	const alone = relay();
	alone.timeline.own();
	expect(alone.take(keyframe(0))).toMatchObject({ begin: UTC * 90 });
});

test("an unmarked keyframe of an upstream that gives marks begins nothing, however long its segments are", () => {
	const { take } = relay();
	expect(take(marked(0, mark(7, 1_000_000)))).toEqual(mark(7, 1_000_000));
	expect(take(keyframe(2000))).toBeUndefined();
	expect(take(marked(4000, mark(8, 1_360_000)))).toEqual(mark(8, 1_360_000));
	// One that has stopped to say anything is not waited for without end.
	expect(take(keyframe(15_000))).toBeUndefined();
	expect(take(keyframe(16_000))).toMatchObject({ number: 9 });
});

test("segments that were left out on the way keep their numbers", () => {
	const source = owned(12);
	const { take } = relay();
	expect(take(source[0] ?? expect.fail())).toEqual(source[0]?.mark);
	expect(take(source[8] ?? expect.fail())).toEqual(source[8]?.mark);
});

test("a copy that names segments otherwise does not change their names", () => {
	const source = owned(30);
	const { take } = relay();
	const other = (packet: MediaPacket): MediaPacket =>
		packet.mark ? { ...packet, mark: mark(packet.mark.number - 5000, packet.mark.begin + 777_777) } : packet;
	const out = source.map((packet, index) => (index > 9 ? take(other(packet), B) : take(packet, A)));
	expect(out).toEqual(source.map((packet) => packet.mark));
});

test("an owner that begins anew is followed", () => {
	const { take } = relay();
	take(marked(0, mark(7, 9_000_000)));
	expect(take(marked(500, mark(8, 9_400_000, 1)))).toEqual(mark(8, 9_400_000, 1));
	expect(take(marked(2500, mark(300, 9_700_000, 2)))).toEqual(mark(300, 9_700_000, 2));
});

test.each([
	{ what: "above", number: 90_000, begin: 2_000_000 },
	{ what: "below", number: 3, begin: 2_000_000 },
	{ what: "in the past", number: 3, begin: 70 },
])("another encoder's segments, named $what, go on behind the last by one, as a discontinuity", ({ number, begin }) => {
	const { timeline, take } = relay();
	take(marked(0, mark(7, 1_000_000)));
	take(marked(2000, mark(8, 1_180_000)));
	timeline.discontinuity();
	const first = take(marked(2500, mark(number, begin)), B);
	expect(first).toEqual({ number: 9, begin: Math.max(begin, 1_225_000), discontinuity: true, discontinuities: 1 });
	const next = take(marked(4500, mark(number + 1, begin + 180_000)), B);
	expect(next).toEqual({
		number: 10,
		begin: Math.max(begin, 1_225_000) + 180_000,
		discontinuity: false,
		discontinuities: 1,
	});
});

test("another encoder's stream that is joined in the middle of a segment has that one's times", () => {
	const { timeline, take } = relay();
	take(marked(0, mark(7, 1_000_000)));
	timeline.discontinuity();
	const place = { number: 500, begin: 5_000_000, at: 5_090_000, discontinuities: 4 };
	expect(take({ ...keyframe(1500), place }, B)).toEqual(mark(8, 5_090_000, 1));
	const next: SegmentMark = { number: 501, begin: 5_180_000, discontinuity: false, discontinuities: 4 };
	expect(take(marked(2500, next), B)).toEqual({ ...next, number: 9, discontinuities: 1 });
});

test("who joins late counts the discontinuities as who was there from the beginning", () => {
	const owner = new Timeline({ segmentMs: 2000, utc: () => UTC });
	const [there, late, between] = [relay(), relay(), relay()];
	for (let second = 0; second < 12; second++) {
		if (second === 2 || second === 5) owner.discontinuity();
		const packet = owner.take(keyframe(second * 1000), {});
		there.take(packet);
		if (second > 5) between.take(packet);
		if (second > 8) late.take(packet);
	}
	expect(owner.newest?.discontinuities).toBe(2);
	for (const { timeline } of [there, between, late]) expect(timeline.newest).toEqual(owner.newest);
});

test("behind a hole the same timeline goes on under its own numbers", () => {
	const source = owned(20);
	const { timeline, take } = relay();
	const [first, fifth, last] = [source[0], source[5], source[16]].map((packet) => packet ?? expect.fail());
	take(first ?? expect.fail());
	timeline.discontinuity();
	// In the middle of segment 3; the splicer has closed the hole in the times.
	expect(take({ ...(fifth ?? keyframe(0)), time: 1040 }, B)).toEqual({
		number: (first?.mark?.number ?? 0) + 2,
		begin: (UTC + 5000) * 90,
		discontinuity: true,
		discontinuities: 0,
	});
	expect(take({ ...(last ?? keyframe(0)), time: 12_040 }, B)).toEqual(last?.mark);
});
