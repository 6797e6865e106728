import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Splicer } from "./splicer.ts";
import {
	type FeedPlan,
	joinAt,
	makeSource,
	type Outcome,
	play,
	schedule,
	stepsBack,
	textOf,
	texts,
	USUAL,
} from "./test-source.ts";

const SOURCE = makeSource({ seconds: 12, ...USUAL });
const OTHER = makeSource({ seconds: 12, name: "other ", video: { frameMs: 40, group: 25 }, audio: { frameMs: 23 } });

/** `a` sends until it is closed at 5000, `b` something after that. */
function afterTheLeader(b: Omit<FeedPlan, "id">, source = SOURCE): Outcome {
	const plans = [
		{ id: "a", openAt: 0, closeAt: 5000 },
		{ id: "b", ...b },
	];
	return play(schedule(source, plans), plans);
}

function watched() {
	const out: MediaPacket[] = [];
	return { splicer: new Splicer({ deliver: (next) => out.push(next) }), out };
}

const timeOf = (packets: readonly MediaPacket[], text: string): number =>
	packets.find((packet) => textOf(packet) === text)?.time ?? Number.NaN;

/** What holds wherever another encoder's stream follows: its keyframe first, its headers before it, both tracks moved alike. */
function expectReplaced({ packets }: Outcome, source: readonly MediaPacket[]): void {
	const foreign = packets.filter((next) => textOf(next).startsWith("other "));
	const frames = foreign.filter(({ role }) => role === "keyframe" || role === "frame");
	const headers = foreign.filter(({ role }) => role === "header");
	expect(headers.map(textOf)).toEqual(["other video header", "other audio header"]);
	expect(packets.indexOf(headers[1] ?? ({} as MediaPacket))).toBeLessThan(
		packets.indexOf(frames[0] ?? ({} as MediaPacket)),
	);
	expect(frames.find(({ kind }) => kind === "video")?.role).toBe("keyframe");
	const moves = new Set(frames.map((next) => next.time - timeOf(source, textOf(next))));
	expect(moves.size).toBe(1);
	for (const kind of ["video", "audio"] as const) {
		expect(stepsBack(packets, kind)).toEqual([]);
		const sent = texts(source, kind).filter((text) => !text.includes("header"));
		const got = texts(frames, kind);
		expect(got).toEqual(sent.slice(sent.indexOf(got[0] ?? ""), sent.indexOf(got[0] ?? "") + got.length));
	}
	const before = packets.slice(0, packets.indexOf(foreign[0] ?? ({} as MediaPacket)));
	for (const kind of ["video", "audio"] as const) {
		const last = before.findLast((next) => next.kind === kind)?.time ?? 0;
		const first = frames.find((next) => next.kind === kind)?.time ?? 0;
		// One frame, one more for the distance of the tracks, and that of the two streams' interleaving.
		expect(first - last).toBeLessThanOrEqual(3 * 40);
	}
}

test("a discontinuity is told right before the first packet that does not continue, and only then", () => {
	const [first, second] = [SOURCE, OTHER].map((source) => source.filter(({ time }) => time < 5000));
	const out: string[] = [];
	const splicer = new Splicer({
		deliver: (next) => out.push(textOf(next)),
		onDiscontinuity: () => out.push("discontinuity"),
	});
	const [a, sibling, b] = [splicer.open("a"), splicer.open("sibling"), splicer.open("b")];
	for (const next of first ?? []) {
		a.push(next, next.time);
		if (next.time > 2000) a.close(2000);
		sibling.push(next, next.time);
	}
	for (const next of second ?? []) b.push(next, next.time);
	sibling.close(5000);
	const breaks = out.flatMap((text, at) => (text === "discontinuity" ? [at] : []));
	expect(breaks).toEqual([out.findIndex((text) => text.startsWith("other ")) - 1]);
	expect(out[(breaks[0] ?? 0) + 1]).toBe("other metadata");
});

test("another encoder's standby waits as unrelated and takes over from its keyframe", () => {
	const other = makeSource({ seconds: 22, name: "other ", ...USUAL });
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 18_000 },
		{ id: "b", openAt: 500, zero: 9_000_000, source: other },
	];
	const outcome = play(schedule(makeSource({ seconds: 22, ...USUAL }), plans), plans);
	expectReplaced(outcome, other);
	const { switches, packets } = outcome;
	expect(switches).toMatchObject([{ from: "a", to: "b", cause: "closed", discontinuity: true, framesLost: undefined }]);
	expect(switches[0]?.gapMs).toBeLessThan(40);
	expect(texts(packets, "video")).toContain("video 545");
});

test("another encoder's stream that opens cold takes over within a quarter of a second", () => {
	const outcome = afterTheLeader({ openAt: 5100, zero: 77, source: OTHER });
	expectReplaced(outcome, OTHER);
	expect(outcome.switches[0]?.gapMs).toBeLessThan(100 + 250 + 40);
});

test("a frozen leader that is given up makes way for a candidate", () => {
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, freeze: [5000, 8000], closeAt: 6000 },
		{ id: "b", openAt: 1000, zero: 31, source: OTHER },
	];
	const outcome = play(schedule(SOURCE, plans), plans);
	expectReplaced(outcome, OTHER);
	expect(outcome.switches).toMatchObject([{ from: "a", to: "b", cause: "closed", discontinuity: true }]);
	expect(outcome.switches[0]?.gapMs).toBeGreaterThan(990);
	expect(texts(outcome.packets, "video").filter((text) => text.startsWith("video "))).toHaveLength(1 + 152);
});

test("a header that comes after the keyframe of its stream is there before its frames", () => {
	const { splicer, out } = watched();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	for (const next of SOURCE.filter(({ time }) => time < 3000)) a.push(next, next.time);
	const [video, audio] = OTHER.slice(1, 3);
	const frames = OTHER.slice(3).filter(({ time }) => time < 1000);
	const late = [video, ...frames.slice(0, 1), audio, ...frames.slice(1)].filter((next) => next !== undefined);
	for (const next of late) b.push({ ...next, time: next.time + 80_000 }, 2000 + next.time);
	a.close(3000);
	const others = out.map(textOf).filter((text) => text.startsWith("other "));
	expect(others.slice(0, 4)).toEqual(["other video header", "other video 0", "other audio header", "other audio 0"]);
});

test("times that go on are not enough where the codec headers are others", () => {
	const outcome = afterTheLeader({ openAt: 5100, source: OTHER, lag: 50 });
	expect(outcome.switches).toMatchObject([{ discontinuity: true, framesLost: undefined }]);
	expectReplaced(outcome, OTHER);
});

test("once another encoder's keyframe is out, the sound of the former, back from a break, is not mixed in", () => {
	const { splicer, out } = watched();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	for (const next of SOURCE.filter(({ time }) => time < 3000)) a.push(next, next.time);
	a.close(4000);
	const c = splicer.open("c");
	const pictures = OTHER.filter(({ kind, time }) => kind === "video" && time < 1000);
	for (const next of pictures) b.push({ ...next, time: next.time + 80_000 }, 4000 + next.time);
	const count = out.length;
	for (const next of SOURCE.filter(({ kind, time }) => kind === "audio" && time >= 3000))
		c.push(next, 5000 + next.time);
	expect(out.length).toBe(count);
});

test("an audio-only stream is followed by another without waiting for a keyframe", () => {
	const source = makeSource({ seconds: 12, name: "other ", audio: USUAL.audio });
	const { packets, switches } = afterTheLeader(
		{ openAt: 5100, zero: -4000, source },
		makeSource({ seconds: 12, audio: USUAL.audio }),
	);
	expect(switches).toMatchObject([{ discontinuity: true }]);
	expect(stepsBack(packets, "audio")).toEqual([]);
	const other = texts(packets, "audio").filter((text) => text.startsWith("other "));
	expect(other).toEqual(["other audio header", ...texts(source.slice(joinAt(source, 5100)), "audio")]);
});

test("two silent encoders started together are not taken for one", () => {
	const isRepeated = (kind: string): boolean => kind === "audio";
	const source = makeSource({ seconds: 12, name: "other ", ...USUAL, isRepeated });
	const { packets, switches } = afterTheLeader(
		{ openAt: 5100, source },
		makeSource({ seconds: 12, ...USUAL, isRepeated }),
	);
	expect(switches).toMatchObject([{ discontinuity: true }]);
	const first = packets.find((next) => textOf(next).startsWith("other video") && next.role !== "header");
	expect(first?.role).toBe("keyframe");
});

test("whatever encoders follow each other, times go forward and every keyframe has its headers", {
	timeout: 30_000,
}, () => {
	const encoders = [SOURCE, OTHER, makeSource({ seconds: 12, name: "third ", ...USUAL })];
	const turn = fc.record({
		encoder: fc.nat(2),
		openAt: fc.integer({ min: 0, max: 9000 }),
		lag: fc.integer({ min: 0, max: 3000 }),
		life: fc.integer({ min: 100, max: 6000 }),
		zero: fc.integer({ min: -50_000, max: 50_000 }),
		freezeAt: fc.option(fc.integer({ min: 0, max: 9000 })),
	});
	const misfit = (openAt: number, zero: number) => ({ encoder: 0, openAt, lag: 0, life: 100, zero, freezeAt: null });
	fc.assert(
		fc.property(fc.array(turn, { minLength: 2, maxLength: 5 }), (turns) => {
			const plans = turns.map(
				({ encoder, openAt, lag, life, zero, freezeAt }, index): FeedPlan => ({
					...{ id: `${index}`, openAt, lag, zero, closeAt: openAt + life, source: encoders[encoder] ?? [] },
					...(freezeAt === null ? {} : { freeze: [freezeAt, freezeAt + 2500] as const }),
				}),
			);
			const { packets, switches } = play(schedule([], plans), plans);
			const inForce = new Map<string, string>();
			for (const next of packets) {
				const text = textOf(next);
				if (next.role === "header") {
					expect(inForce.get(next.kind)).not.toBe(text);
					inForce.set(next.kind, text);
				} else if (next.kind !== "data") {
					expect(inForce.get(next.kind)).toBe(`${text.replace(/(video|audio) \d+$/, "")}${next.kind} header`);
				}
			}
			for (const kind of ["video", "audio"] as const) expect(stepsBack(packets, kind)).toEqual([]);
			for (const { gapMs } of switches) expect(gapMs).toBeGreaterThanOrEqual(0);
		}),
		// Times below zero lie elsewhere than the frames say: no place fits for long.
		{ numRuns: 25, examples: [[[misfit(989, 0), misfit(0, -77)]]] },
	);
});
