import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket, SegmentMark } from "#shared/formats/packet";
import { Timeline } from "./timeline.ts";

const UTC = 1_764_000_000_000;

/** An origin that gets an encoder's keyframes with times of its own, and whose calendar is off. */
class Origin {
	readonly marks = new Map<string, SegmentMark>();
	readonly timeline: Timeline;
	readonly #zero: number;
	readonly #name: string;
	#wall = 0;

	constructor({ zero = 0, off = 0, name = "", segmentMs = 2000, waits = false } = {}) {
		this.#zero = zero;
		this.#name = name;
		this.timeline = new Timeline({ segmentMs, utc: () => UTC + this.#wall + off });
		if (waits) this.timeline.wait(3000);
	}

	/** The encoder's keyframe of this moment comes. */
	take(time: number, text = `${this.#name}${time}`): void {
		this.#wall = time;
		const packet: MediaPacket = {
			kind: "video",
			role: "keyframe",
			time: time + this.#zero,
			payload: Buffer.from(text),
		};
		const { mark } = this.timeline.take(packet, this);
		if (mark) this.marks.set(`${time}`, mark);
	}

	hear(other: Origin): string {
		const account = other.timeline.account();
		return account ? this.timeline.agree(account) : "none";
	}
}

const namesOf = ({ marks }: Origin, from: number) => [...marks].filter(([time]) => Number(time) >= from);

function expectRising(marks: readonly SegmentMark[]): void {
	for (const kind of ["number", "begin"] as const) {
		const values = marks.map((mark) => mark[kind]);
		expect(values).toEqual([...new Set(values)].sort((one, other) => one - other));
	}
}

test("an origin that starts later takes over the names and times of the one that has the stream", () => {
	const one = new Origin();
	for (let time = 0; time < 31_000; time += 1000) one.take(time);
	const two = new Origin({ zero: 5000, off: 40, waits: true });
	one.take(31_000);
	two.take(31_000);
	expect(two.hear(one)).toBe("taken-over");
	for (let time = 32_000; time < 60_000; time += 1000) for (const origin of [two, one]) origin.take(time);
	expect(namesOf(two, 32_000)).toEqual(namesOf(one, 32_000));
	expect(two.hear(one)).toBe("agreed");
	expect(one.hear(two)).toBe("agreed");
});

type Plan = { startsAt: number; zero: number; off: number; meetsAt: number };

/** Both get 60 groups from when they start on, and hear each other when they meet, and again. */
function runBoth(first: Plan, second: Plan, { group, again }: { group: number; again: number }): [Origin, Origin] {
	const both = [new Origin(first), new Origin(second)] as const;
	const plans = [first, second];
	for (let index = 0; index < 60; index++) {
		both.forEach((origin, place) => {
			const { startsAt = 0 } = plans[place] ?? {};
			if (index >= startsAt) origin.take(index * group);
		});
		if (index === 21 + first.meetsAt || index === again) both[0].hear(both[1]);
		if (index === 21 + second.meetsAt || index === again) both[1].hear(both[0]);
	}
	return [...both];
}

test("whoever starts when, both end up with one timeline, and names and begins never fall", () => {
	const plan = fc.record({
		startsAt: fc.integer({ min: 0, max: 20 }),
		zero: fc.integer({ min: -100_000, max: 100_000 }),
		off: fc.integer({ min: -2000, max: 2000 }),
		meetsAt: fc.integer({ min: 0, max: 10 }),
	});
	fc.assert(
		fc.property(plan, plan, fc.integer({ min: 300, max: 3000 }), (first, second, group) => {
			const met = 21 + Math.max(first.meetsAt, second.meetsAt);
			const [a, b] = runBoth(first, second, { group, again: met + 8 });
			const settled = (met + 20) * group;
			expect(namesOf(a, settled)).toEqual(namesOf(b, settled));
			for (const origin of [a, b]) expectRising([...origin.marks.values()]);
		}),
	);
});

test("another encoder's stream keeps its own timeline", () => {
	const [one, two] = [new Origin({ name: "one" }), new Origin({ name: "two", off: 700 })];
	for (let time = 0; time < 20_000; time += 1000) for (const origin of [one, two]) origin.take(time);
	expect(two.hear(one)).toBe("unknown");
	expect(one.hear(two)).toBe("unknown");
});

test("of a clip in a loop the round is meant that came at the same moment", () => {
	const [one, two] = [new Origin(), new Origin({ zero: 77_000, waits: true })];
	for (let time = 0; time < 60_000; time += 1000) one.take(time, `${time % 10_000}`);
	for (let time = 58_000; time < 60_000; time += 1000) two.take(time, `${time % 10_000}`);
	expect(two.hear(one)).toBe("taken-over");
	for (let time = 60_000; time < 90_000; time += 1000)
		for (const origin of [one, two]) origin.take(time, `${time % 10_000}`);
	expect(namesOf(two, 60_000)).toEqual(namesOf(one, 60_000));
});
