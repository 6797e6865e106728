import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import {
	type FeedEvent,
	type FeedPlan,
	headersAt,
	makeSource,
	play,
	type SourceOptions,
	schedule,
	stepsBack,
	texts,
	USUAL,
} from "./test-source.ts";

const RUNS = 30;
/**
 * The same plans each time. Where all others ended before a feed was heard, and it is more than 500 ms behind, nobody can tell
 * it from an encoder that began its file again: of some thousand plans of chance one is such.
 */
const SEED = 11;
/** A run plays 16 s of a stream through up to four feeds. */
const TIMEOUT_MS = 30_000;

/** So many packets must be common to a feed and the output before a fault, so that both tracks can be recognised. */
const COMMON = 16;

/**
 * What any splicer could be asked for: whether at every moment some feed that overlaps the output is alive, or nobody has
 * anything to offer. Gives the number of packets of the source that come out at least, or undefined.
 */
class Ideal {
	start = -1;
	end = -1;
	readonly #joined = new Set<number>();
	/** Where feeds began that do not overlap enough yet. */
	readonly #waiting = new Map<number, number>();

	static end(events: readonly FeedEvent[]): number | undefined {
		const ideal = new Ideal();
		return events.every((event) => ideal.#isFair(event)) ? ideal.end : undefined;
	}

	#isFair({ feed, what }: FeedEvent): boolean {
		if (what.type === "push") this.#push(feed, what.index);
		else if (what.type === "close") {
			this.#joined.delete(feed);
			this.#waiting.delete(feed);
		}
		return this.#waiting.size === 0 || this.#joined.size > 0;
	}

	#push(feed: number, index: number): void {
		if (index < 0) {
			if (this.end < 0 && this.#joined.size === 0) this.#joined.add(feed);
			return;
		}
		if (this.start < 0) this.#begin(feed, index);
		const from = this.#waiting.get(feed) ?? index;
		const overlaps = from <= this.end - COMMON && index >= Math.max(this.start, from) + COMMON;
		if (overlaps) this.#joined.add(feed);
		if (this.#joined.has(feed)) {
			this.#waiting.delete(feed);
			this.end = Math.max(this.end, index + 1);
		} else {
			this.#waiting.set(feed, from);
		}
	}

	#begin(feed: number, index: number): void {
		this.start = index;
		this.#joined.add(feed);
	}
}

function firstFrame(events: readonly FeedEvent[]): { feed?: number; index?: number } {
	for (const { feed, what } of events) if (what.type === "push" && what.index >= 0) return { feed, index: what.index };
	return {};
}

const rounded = (seed: number) => (index: number) => ((Math.imul(index + seed, 0x9e3779b1) >>> 16) % 3) - 1;

const plan = (id: string) =>
	fc
		.record({
			openAt: fc.integer({ min: 0, max: 9000 }),
			lag: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 4000 })),
			life: fc.option(fc.integer({ min: 500, max: 9000 })),
			freeze: fc.option(fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 50, max: 6000 }))),
			zero: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000_000 }), fc.constant(2 ** 32 + 12_345)),
			seed: fc.option(fc.nat(1000)),
			swaps: fc.option(fc.nat(1000)),
		})
		.map(({ openAt, lag, life, freeze, zero, seed, swaps }): FeedPlan => {
			const faults = {
				...(life === null ? {} : { closeAt: openAt + life }),
				...(freeze === null ? {} : { freeze: [freeze[0], freeze[0] + freeze[1]] as const }),
			};
			const noise = {
				...(seed === null ? {} : { rounding: rounded(seed) }),
				...(swaps === null ? {} : { isSwapped: (index: number) => rounded(swaps)(index) === 0 }),
			};
			return { id, openAt, lag, zero, ...faults, ...noise };
		});

const plans = fc
	.tuple(plan("a"), plan("b"), plan("c"), plan("d"), fc.integer({ min: 1, max: 4 }))
	.map(([a, b, c, d, count]) => [{ ...a, openAt: 0, lag: 0 }, b, c, d].slice(0, count));

/** Feeds may have neighbours of two tracks in another order, so that the last packet is not the last of both tracks. */
const SWAPPED = 1;

/** Some stretches of silence, some of a still picture; not both at once. */
const isRepeated: NonNullable<SourceOptions["isRepeated"]> = (kind, index) =>
	kind === "video" ? index % 200 > 100 && index % 200 < 150 : index % 300 > 220;

const SOURCES: readonly { name: string; source: MediaPacket[] }[] = [
	{ name: "audio and video", source: makeSource({ seconds: 16, ...USUAL, newHeaderAt: 210, cueEvery: 40 }) },
	{ name: "video only", source: makeSource({ seconds: 16, video: USUAL.video }) },
	{ name: "audio only", source: makeSource({ seconds: 16, audio: USUAL.audio }) },
	{ name: "repeated payloads", source: makeSource({ seconds: 16, ...USUAL, isRepeated, cueEvery: 3 }) },
	{
		name: "long groups of pictures",
		source: makeSource({ seconds: 16, ...USUAL, video: { frameMs: 40, group: 250 } }),
	},
];

/** A follower that freezes when it is left alone: what it brings when it thaws is late, however long it was silent. */
const THAWS_ALONE: FeedPlan[] = [
	{ id: "a", openAt: 0, lag: 0, zero: 0, closeAt: 991 },
	{ id: "b", openAt: 0, lag: 34, zero: 0, freeze: [992, 1524] },
];

/** One that was never recognised thaws in the moment the leader is given up, and a third goes on. */
const THAWS_IN_BETWEEN: FeedPlan[] = [
	{ id: "a", openAt: 0, lag: 0, zero: 0, freeze: [5535, 6536] },
	{ id: "b", openAt: 0, lag: 0, zero: 0 },
	{ id: "c", openAt: 0, lag: 470, zero: 0, freeze: [536, 6535] },
];

/** One far behind is recognised when the leader has ended, and before a third brings what is new. */
const COMES_FAR_BEHIND: FeedPlan[] = [
	{ id: "a", openAt: 0, lag: 0, zero: 0, closeAt: 500 },
	{ id: "b", openAt: 0, lag: 0, zero: 0, closeAt: 4413 },
	{ id: "c", openAt: 4371, lag: 1366, zero: 4294979641 },
	{ id: "d", openAt: 0, lag: 484, zero: 4294979641 },
];
/** The leader thaws, catches up in one moment and ends: the other is as far behind as it was. */
const CATCHES_UP_AND_ENDS: FeedPlan[] = [
	{ id: "a", openAt: 0, lag: 0, zero: 4294979641, closeAt: 9327, freeze: [4014, 9317] },
	{ id: "b", openAt: 0, lag: 505, zero: 0 },
];

test.for(SOURCES)(
	"$name: feeds of one encoder come out as what it sent, whatever dies or freezes",
	{ timeout: TIMEOUT_MS },
	({ source }) => {
		fc.assert(
			fc.property(plans, fc.nat(3), (feeds, order) => {
				const events = schedule(source, feeds, order);
				const end = Ideal.end(events);
				fc.pre(end !== undefined && end > 0);
				const { packets, switches } = play(events, feeds);
				const { feed = 0, index: start = 0 } = firstFrame(events);
				const first = feeds[feed];
				const sent = [...headersAt(source, start), ...source.slice(start)];
				const least = [...headersAt(source, start), ...source.slice(start, end - SWAPPED)];
				for (const kind of ["video", "audio", "data"] as const) {
					const out = texts(packets, kind);
					expect(out, kind).toEqual(texts(sent, kind).slice(0, Math.max(out.length, texts(least, kind).length)));
					expect(stepsBack(packets, kind), kind).toEqual([]);
				}
				const time = new Map(source.map((packet) => [Buffer.from(packet.payload).toString(), packet.time]));
				const leads = packets.filter(
					({ payload }) => !/still|cue|header|metadata/.test(Buffer.from(payload).toString()),
				);
				const off = leads.map((out) => {
					const wanted = (time.get(Buffer.from(out.payload).toString()) ?? 0) + (first?.zero ?? 0);
					return Math.abs(out.time - wanted);
				});
				expect(Math.max(0, ...off)).toBeLessThanOrEqual(8);
				for (const found of switches) expect(found).toMatchObject({ framesLost: 0, discontinuity: false });
			}),
			{
				numRuns: RUNS,
				seed: SEED,
				examples: [
					[THAWS_ALONE, 0],
					[THAWS_IN_BETWEEN, 0],
					[COMES_FAR_BEHIND, 0],
					[CATCHES_UP_AND_ENDS, 0],
				],
			},
		);
	},
);
