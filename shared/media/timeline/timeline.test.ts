import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket, SegmentMark } from "#shared/formats/packet";
import { Timeline } from "./timeline.ts";

const UTC = 1_764_000_000_000;
const PUBLISHER = {};

const packet = (kind: MediaPacket["kind"], role: MediaPacket["role"], time: number, text = ""): MediaPacket => ({
	kind,
	role,
	time,
	payload: Buffer.from(text),
});
const keyframe = (time: number): MediaPacket => packet("video", "keyframe", time);
const picture = (time: number): MediaPacket => packet("video", "frame", time);
const sound = (time: number): MediaPacket => packet("audio", "frame", time);
const header = (kind: "audio" | "video", text = "config") => packet(kind, "header", 0, text);

/** A timeline whose calendar follows the packets it is given. */
function stage() {
	let wall = UTC;
	const timeline = new Timeline({ segmentMs: 2000, utc: () => wall });
	const marks: (SegmentMark & { time: number; role: string })[] = [];
	const give = (packets: readonly MediaPacket[], bringer: object = PUBLISHER): MediaPacket[] =>
		packets.map((one) => {
			wall = UTC + one.time;
			const out = timeline.take(one, bringer);
			if (out.mark) marks.push({ ...out.mark, time: out.time, role: out.role });
			return out;
		});
	return {
		timeline,
		give,
		marks,
		at: (utc: number) => {
			wall = utc;
		},
	};
}

/** Pictures each 40 ms with a keyframe each `group`, and sound each 20 ms. */
const encoded = (fromMs: number, toMs: number, groupMs = 1000): MediaPacket[] => {
	const packets: MediaPacket[] = [];
	for (let time = fromMs; time < toMs; time += 20) {
		if (time % groupMs === 0) packets.push(keyframe(time));
		else if (time % 40 === 0) packets.push(picture(time));
		packets.push(sound(time));
	}
	return packets;
};

test("a segment begins with the first keyframe that is segmentMs or more behind the last begin", () => {
	const { give, marks } = stage();
	give([header("video"), header("audio"), ...encoded(0, 9000, 1200)]);
	expect(marks.map(({ time }) => time)).toEqual([0, 2400, 4800, 7200]);
	expect(marks.map(({ begin }) => begin)).toEqual([0, 2400, 4800, 7200].map((time) => (UTC + time) * 90));
	const [first = expect.fail()] = marks;
	expect(marks.map(({ number }) => number - first.number)).toEqual([0, 1, 2, 3]);
	expect(marks.some(({ discontinuity }) => discontinuity)).toBe(false);
});

test("a keyframe that begins no segment says in which one it lies", () => {
	const { give } = stage();
	const [first, , third] = give([keyframe(0), picture(40), keyframe(1000)]);
	expect(third?.place).toEqual({
		number: first?.mark?.number,
		begin: UTC * 90,
		at: (UTC + 1000) * 90,
		discontinuities: 0,
	});
});

test("without video a segment begins with the first sound", () => {
	const { give, marks } = stage();
	give([header("audio"), ...encoded(0, 4100).filter(({ kind }) => kind === "audio")]);
	expect(marks.map(({ time }) => time)).toEqual([0, 2000, 4000]);
});

test("sound that comes before the first picture waits for it where video is announced", () => {
	const { give, marks } = stage();
	give([header("video"), header("audio"), sound(0), sound(20), keyframe(40)]);
	expect(marks.map(({ time, role }) => [time, role])).toEqual([[40, "keyframe"]]);
});

test("video that comes late begins a segment with its first keyframe", () => {
	const { give, marks } = stage();
	give([header("audio"), sound(0), sound(20), header("video"), picture(30), keyframe(40), sound(60)]);
	expect(marks.map(({ time, discontinuity }) => [time, discontinuity])).toEqual([
		[0, false],
		[40, true],
	]);
});

test("no segment is without end: one begins without a keyframe where four lengths had none", () => {
	const { give, marks } = stage();
	give([header("video"), ...encoded(0, 20_000, 60_000)]);
	expect(marks.map(({ time, role }) => [time, role])).toEqual([
		[0, "keyframe"],
		[8000, "frame"],
		[16_000, "frame"],
	]);
	// Nobody can begin to decode there, so the next keyframe ends it, however short it is.
	give([keyframe(20_000), picture(20_040)]);
	expect(marks.at(-1)).toMatchObject({ time: 20_000, role: "keyframe", discontinuity: false });
});

test("where the pictures stop altogether the sound goes on in segments", () => {
	const { give, marks } = stage();
	give([header("video"), ...encoded(0, 1000)]);
	give(encoded(1000, 21_100).filter(({ kind }) => kind === "audio"));
	expect(marks.map(({ time }) => time)).toEqual([0, 10_000, 20_000]);
});

test("a codec that changes on air begins a segment with its keyframe, marked as a discontinuity", () => {
	const { give, marks } = stage();
	give([header("video"), keyframe(0), picture(40), header("video", "other"), keyframe(80), picture(120)]);
	give([header("video", "other"), keyframe(1000), keyframe(2080)]);
	expect(marks.map(({ time, discontinuity }) => [time, discontinuity])).toEqual([
		[0, false],
		[80, true],
		[2080, false],
	]);
});

test("behind a discontinuity the times are those of the calendar again, and the number still rises by one", () => {
	const { give, marks, timeline } = stage();
	give([keyframe(0), picture(40)]);
	timeline.discontinuity();
	const out = timeline.take(picture(80), PUBLISHER);
	expect(out.mark).toBeUndefined();
	give([keyframe(500)]);
	expect(marks[1]).toMatchObject({ number: (marks[0]?.number ?? 0) + 1, discontinuity: true, time: 500 });
});

test("times behind a discontinuity never lie before the end of what was", () => {
	const { timeline, at } = stage();
	const first = timeline.take(keyframe(0), PUBLISHER).mark ?? expect.fail();
	timeline.discontinuity();
	at(UTC - 60_000);
	const second = timeline.take(keyframe(700), PUBLISHER).mark;
	expect(second).toEqual({
		number: first.number + 1,
		begin: first.begin + 700 * 90,
		discontinuity: true,
		discontinuities: 1,
	});
	timeline.discontinuity();
	at(UTC + 5000);
	expect(timeline.take(keyframe(740), PUBLISHER).mark).toMatchObject({ begin: (UTC + 5000) * 90 });
});

test("a restarted origin goes on above its former numbers, at any length and also 1 % fast", () => {
	const segmentMs = fc.integer({ min: 1000, max: 20_000 });
	const hours = fc.integer({ min: 0, max: 10_000 });
	fc.assert(
		fc.property(segmentMs, segmentMs, hours, (before, after, ran) => {
			const first = new Timeline({ segmentMs: before, utc: () => UTC }).take(keyframe(0), PUBLISHER).mark;
			const spanMs = ran * 3_600_000;
			// What it had given at most: a segment of the shortest length after the other, of a clock that runs fast.
			const last = (first?.number ?? 0) + Math.floor((spanMs * 1.01) / before);
			const again = new Timeline({ segmentMs: after, utc: () => UTC + spanMs + 1000 });
			expect(again.take(keyframe(0), PUBLISHER).mark?.number).toBeGreaterThan(last);
		}),
	);
});

const made = { keyframe, frame: picture, sound, header: (time: number) => header("video", `${time}`) };

test("numbers rise by one and begins by the time of the frames, whatever comes", () => {
	const step = fc.record({
		kind: fc.constantFrom("keyframe", "frame", "sound", "header", "break" as const),
		after: fc.integer({ min: 0, max: 3000 }),
	});
	fc.assert(
		fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
			const { timeline, give, marks } = stage();
			let time = 0;
			for (const { kind, after } of steps) {
				time += after;
				if (kind === "break") timeline.discontinuity();
				else give([made[kind](time)]);
			}
			marks.forEach((mark, place) => {
				const before = marks[place - 1];
				if (!before) return;
				expect(mark.number).toBe(before.number + 1);
				expect(mark.discontinuities).toBe(before.discontinuities + (mark.discontinuity ? 1 : 0));
				expect(mark.begin - before.begin).toBeGreaterThanOrEqual((mark.time - before.time) * 90);
				if (!mark.discontinuity) expect(mark.begin - before.begin).toBe((mark.time - before.time) * 90);
			});
		}),
	);
});
