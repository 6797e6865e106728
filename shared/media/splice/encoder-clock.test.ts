import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket, PacketRole, TrackKind } from "#shared/formats/packet";
import type { Feed } from "./feed.ts";
import { Splicer } from "./splicer.ts";
import { makeSource, packet, stepsBack, textOf, USUAL } from "./test-source.ts";

const TIMEOUT_MS = 60_000;

function watched() {
	const out: MediaPacket[] = [];
	return { splicer: new Splicer({ deliver: (next) => out.push(next) }), out };
}

function expectForward(out: readonly MediaPacket[]): void {
	for (const { time } of out) expect(time).toBeGreaterThanOrEqual(0);
	for (const kind of ["video", "audio", "data"] as const) expect(stepsBack(out, kind), kind).toEqual([]);
}

/** Times as bad encoders have them: none below zero, which the wire does not know. */
const wildTime = fc.oneof(
	fc.integer({ min: 0, max: 20_000 }),
	fc.integer({ min: 2 ** 32 - 5000, max: 2 ** 32 + 5000 }),
	fc.constantFrom(0, 1, 1_000_000, 10_000_000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40),
);
const wildPush = fc.record({
	feed: fc.nat(2),
	what: fc.constantFrom("push", "push", "push", "push", "push", "run", "close"),
	kind: fc.constantFrom<TrackKind>("video", "video", "audio", "audio", "data"),
	role: fc.constantFrom<PacketRole>("keyframe", "frame", "frame", "frame", "header", "metadata", "other"),
	time: wildTime,
	payload: fc.nat(30),
	wait: fc.constantFrom(0, 0, 20, 40, 300, 2000),
});

type Step = typeof wildPush extends fc.Arbitrary<infer Value> ? Value : never;

/** Lets it all happen to a new splicer. */
function happen(steps: readonly Step[]): MediaPacket[] {
	const { splicer, out } = watched();
	const source = makeSource({ seconds: 2, ...USUAL });
	const feeds = new Map<number, Feed>();
	let now = 0;
	for (const { feed: id, what, kind, role, time, payload, wait } of steps) {
		now += wait;
		const feed = feeds.get(id) ?? splicer.open(`${id}`);
		feeds.set(id, feed);
		if (what === "push") feed.push(packet(kind, role, time, `${kind} ${role} ${payload}`), now);
		else if (what === "run") {
			for (const next of source) feed.push({ ...next, time: next.time + time }, now + next.time);
			now += 2000;
		} else {
			feed.close(now);
			feeds.delete(id);
		}
	}
	return out;
}

test("whatever clocks feeds have, a track's times never fall, nor below zero", { timeout: TIMEOUT_MS }, () => {
	const life = fc.array(wildPush, { minLength: 1, maxLength: 60 });
	fc.assert(
		fc.property(life, (steps) => expectForward(happen(steps))),
		{ numRuns: 100 },
	);
});

/** What came of a source sent with another clock from certain packets on. */
function sentBy(source: readonly MediaPacket[], clockAt: (index: number) => number): MediaPacket[] {
	const { splicer, out } = watched();
	const feed = splicer.open("a");
	for (const [index, next] of source.entries()) feed.push({ ...next, time: next.time + clockAt(index) }, next.time);
	expect(out.map(textOf)).toEqual(source.map(textOf));
	expectForward(out);
	return out;
}

/** By how much each packet was moved against the packet before it. */
function shifts(source: readonly MediaPacket[], out: readonly MediaPacket[]): number[] {
	const moves = out.map(({ time }, index) => time - (source[index]?.time ?? 0));
	return moves.map((move, index) => Math.abs(move - (moves[index - 1] ?? move)));
}

/** Further apart than the length of any hole. */
const CLOCKS = [500, 1_000_000, 10_000_000, 2 ** 31, 2 ** 32 - 5000, 2 ** 32 + 60_000, 30_000];

test("where an encoder's clock jumps, the next frame follows the last, and sound and picture stay in step", {
	timeout: TIMEOUT_MS,
}, () => {
	const source = makeSource({ seconds: 10, ...USUAL });
	const clocks = fc.shuffledSubarray(CLOCKS, { minLength: 2 });
	fc.assert(
		fc.property(clocks, fc.integer({ min: 20, max: 90 }), (zeros, packets) => {
			const turnOf = (index: number): number => Math.min(Math.floor(index / packets), zeros.length - 1);
			const out = sentBy(source, (index) => zeros[turnOf(index)] ?? 0);
			// What was sent with one clock lies as it was sent; across a jump time goes on by about a frame.
			const wanted = shifts(source, out).map((_, index) => (turnOf(index) === turnOf(index - 3) ? 0 : 2 * 33));
			for (const [index, shift] of shifts(source, out).entries()) expect(shift).toBeLessThanOrEqual(wanted[index] ?? 0);
		}),
		{ numRuns: 40 },
	);
});

test.for([-150, -900, -5000])("a clock set back by %i ms leaves nothing behind", (jump) => {
	const source = makeSource({ seconds: 4, ...USUAL });
	const out = sentBy(source, (index) => (index < 100 ? 20_000 : 20_000 + jump));
	const later = shifts(source, out).filter((_, index) => (source[index]?.time ?? 0) > (source[100]?.time ?? 0) + 200);
	expect(new Set(later)).toEqual(new Set([0]));
});

test("tracks of one kind that are apart by more than rounding do not drive time forward", () => {
	const source = makeSource({ seconds: 10, video: USUAL.video });
	const out = sentBy(source, (index) => (index % 2 === 0 ? 20_000 : 19_700));
	expect((out.at(-1)?.time ?? 0) - (out[0]?.time ?? 0)).toBeLessThan(10_000 + 400);
});

test("a publisher that returns on another clock, which then starts over, goes on one frame after the last", () => {
	const { splicer, out } = watched();
	const frames = makeSource({ seconds: 6, ...USUAL });
	const [headers, two, four] = [frames.slice(0, 3), 2000, 4000];
	const first = splicer.open("first");
	for (const next of frames.filter(({ time }) => time < two)) first.push(next, next.time);
	first.close(two);
	const second = splicer.open("second");
	for (const next of headers) second.push({ ...next, time: 1_000_000 }, two);
	for (const next of frames.filter(({ time, role }) => role !== "header" && role !== "metadata" && time >= two)) {
		second.push({ ...next, time: next.time < four ? next.time + 1_000_000 : next.time - four }, next.time);
	}
	expectForward(out);
	const video = out.filter(({ kind, role }) => kind === "video" && role !== "header");
	const steps = video.slice(1).map(({ time }, index) => time - (video[index]?.time ?? 0));
	expect(Math.max(...steps)).toBeLessThanOrEqual(100);
	expect(textOf(out.at(-1) as MediaPacket)).toBe(textOf(frames.at(-1) as MediaPacket));
});

test("a second encoder, hours ahead, whose clock starts over after the switch", () => {
	const { splicer, out } = watched();
	const [one, two] = [makeSource({ seconds: 8, ...USUAL }), makeSource({ seconds: 8, name: "two ", ...USUAL })];
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	for (const [index, next] of one.entries()) {
		if (next.time < 3000) a.push(next, next.time);
		else a.close(3000);
		const other = two[index];
		if (other) b.push({ ...other, time: other.time < 5000 ? other.time + 10_000_000 : other.time - 5000 }, other.time);
	}
	expectForward(out);
	expect(out.at(-1)?.time).toBeGreaterThan(7000);
	expect(out.at(-1)?.time).toBeLessThan(9000);
});
