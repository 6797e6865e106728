import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { encodeToken, findResume, parseToken } from "./resume.ts";
import { type FeedPlan, makeSource, type Outcome, play, schedule, textOf, texts, USUAL } from "./test-source.ts";

/** A keyframe each 990 ms. */
const SOURCE = makeSource({ seconds: 12, ...USUAL });

/** `a` sends until it is closed at 5000, `b` something after that. */
function afterTheLeader(b: Omit<FeedPlan, "id">, source = SOURCE): Outcome {
	const plans = [
		{ id: "a", openAt: 0, closeAt: 5000 },
		{ id: "b", ...b },
	];
	return play(schedule(source, plans), plans);
}

const timeOf = (packets: readonly MediaPacket[], text: string): number =>
	packets.find((packet) => textOf(packet) === text)?.time ?? Number.NaN;

test.for([
	{ name: "one zero", zero: 0 },
	{ name: "another zero", zero: 700_000 },
	{ name: "a zero that looks like a hole of half a second", zero: 500 },
	{ name: "a zero far behind", zero: -90_000 },
])("a parent that begins at a keyframe the output has loses and repeats nothing: $name", ({ zero }) => {
	const { packets, switches } = afterTheLeader({ openAt: 5100, zero });
	for (const kind of ["video", "audio", "data"] as const) expect(texts(packets, kind)).toEqual(texts(SOURCE, kind));
	expect(packets.map(({ time }) => time)).toEqual([...packets].map((next) => timeOf(SOURCE, textOf(next))));
	expect(switches).toEqual([
		{ from: "a", to: "b", cause: "closed", gapMs: expect.closeTo(110, -1.5), framesLost: 0, discontinuity: false },
	]);
});

test.for([0, 123_456])("a parent that finds the token begins where it is recognised, zero %i", (zero) => {
	const { splicer } = afterTheLeader({ openAt: 5000, closeAt: 5000 });
	const token = splicer.resumeToken();
	const parsed = parseToken(token ? encodeToken(token) : "");
	const history = SOURCE.filter(({ time }) => time < 5300);
	const from = parsed && findResume(parsed, history);
	expect(SOURCE[from ?? -1]?.time).toBeGreaterThan(4850);
	const { packets, switches } = afterTheLeader({ openAt: 5010, zero, ...(from === undefined ? {} : { from }) });
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(SOURCE, kind));
	expect(switches).toMatchObject([{ framesLost: 0, discontinuity: false }]);
});

test("a parent that begins right behind the end, counting from the same zero, loses nothing", () => {
	const next = SOURCE.findIndex(({ time, role }) => time >= 4950 && role === "keyframe");
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 4950 },
		{ id: "b", openAt: 5300, from: next },
	];
	const { packets, switches } = play(schedule(SOURCE, plans), plans);
	expect(texts(packets, "video")).toEqual(texts(SOURCE, "video"));
	expect(switches).toMatchObject([{ framesLost: 0, discontinuity: false }]);
});

test("behind a hole the same encoder goes on at its keyframe, on its own times", () => {
	const { packets, switches } = afterTheLeader({ openAt: 5950 });
	const lost = SOURCE.filter(({ kind, time }) => kind === "video" && time >= 5000 && time < 5940).length;
	expect(switches).toMatchObject([{ framesLost: lost, discontinuity: false }]);
	expect(timeOf(packets, "video 180")).toBe(5940);
	expect(new Set(texts(packets, "video")).size).toBe(texts(packets, "video").length);
	expect(texts(packets, "video").filter((text) => text.includes("header"))).toHaveLength(1);
});

test("behind a hole a stream on times of its own goes on one frame after the end", () => {
	const { packets, switches } = afterTheLeader({ openAt: 5950, zero: 40_000 });
	expect(switches).toMatchObject([{ framesLost: undefined, discontinuity: true }]);
	const step = timeOf(packets, "video 180") - timeOf(packets, "video 151");
	expect(step).toBeGreaterThanOrEqual(33);
	expect(step).toBeLessThan(66);
	expect(texts(packets, "video").filter((text) => text.includes("header"))).toHaveLength(1);
});

test("a frozen leader without a candidate goes on when it comes back, and that is no switch", () => {
	const plans: FeedPlan[] = [{ id: "a", openAt: 0, freeze: [5000, 8000] }];
	const { packets, switches } = play(schedule(SOURCE, plans), plans);
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(SOURCE, kind));
	expect(switches).toEqual([]);
});

test("a parent that sends more than the young output has at once is recognised in it", () => {
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 1000, closeAt: 1500 },
		{ id: "b", openAt: 1600, from: 3, zero: 55_000 },
	];
	const { packets, switches } = play(schedule(SOURCE, plans), plans);
	const sent = SOURCE.filter(({ role, time }) => role === "header" || time >= 990);
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(sent, kind));
	expect(switches).toMatchObject([{ framesLost: 0, discontinuity: false }]);
});
