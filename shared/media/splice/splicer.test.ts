import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readFlv } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import type { Feed } from "./feed.ts";
import type { SwitchEvent } from "./lead.ts";
import { Splicer } from "./splicer.ts";
import { type FeedPlan, makeSource, packet, play, schedule, stepsBack, textOf, texts, USUAL } from "./test-source.ts";

const SOURCE = makeSource({ seconds: 20, ...USUAL });

/** A splicer and what comes out of it. */
function bench() {
	const out: MediaPacket[] = [];
	const switches: SwitchEvent[] = [];
	const splicer = new Splicer({ deliver: (next) => out.push(next), onSwitch: (event) => switches.push(event) });
	return { splicer, out, switches };
}

/** Pushes packets, each at the moment its time says. */
function send(feed: Feed, packets: readonly MediaPacket[], move: { zero?: number; lag?: number } = {}): void {
	for (const next of packets) feed.push({ ...next, time: next.time + (move.zero ?? 0) }, next.time + (move.lag ?? 0));
}

const between = (from: number, to: number): MediaPacket[] =>
	SOURCE.filter(({ role, time }) => role !== "header" && role !== "metadata" && time >= from && time < to);
const HEADERS = SOURCE.slice(0, 3);

test("one feed comes out as it is: the same packets, times and all, and a repeated header once", () => {
	const { splicer, out, switches } = bench();
	const feed = splicer.open("a");
	const [metadata, videoHeader, audioHeader, ...frames] = SOURCE.map((next) => ({ ...next, time: next.time + 77 }));
	const again = [videoHeader, metadata].filter((next) => next !== undefined);
	const start = [metadata, videoHeader, audioHeader].filter((next) => next !== undefined);
	for (const next of [...start, ...frames.slice(0, 90), ...again, ...frames.slice(90)]) feed.push(next, next.time);
	const wanted = [...start, ...frames];
	expect(out.length).toBe(wanted.length);
	expect(out.every((next, index) => next === wanted[index])).toBe(true);
	expect(feed.state).toBe("leading");
	expect(switches).toEqual([]);
});

const standbys: readonly { name: string; lag: number; zero: number }[] = [
	{ name: "in step", lag: 10, zero: 0 },
	{ name: "behind by 4 s, another zero", lag: 4000, zero: -3_600_000 },
	{ name: "ahead by 3 s", lag: -3000, zero: 0 },
	{ name: "ahead by 3 s, another zero", lag: -3000, zero: 5000 },
	{ name: "unwrapped elsewhere", lag: 300, zero: 2 ** 32 + 1 },
];

test.for(standbys)("a hot standby $name takes over and nothing is lost", ({ lag, zero }) => {
	const early = 5000;
	const plans: FeedPlan[] = [
		{ id: "a", openAt: early, lag: early, closeAt: 15_000 },
		{ id: "b", openAt: early, lag: early + lag, zero },
	];
	const { packets, switches } = play(schedule(SOURCE, plans), plans);
	for (const kind of ["video", "audio", "data"] as const) {
		expect(texts(packets, kind)).toEqual(texts(SOURCE, kind));
		expect(stepsBack(packets, kind)).toEqual([]);
	}
	expect(switches.map(({ from, to }) => `${from} ${to}`)).toEqual(["a b"]);
	expect(switches[0]?.cause).toBe(lag < 0 ? "slower" : "closed");
	expect(switches[0]).toMatchObject({ framesLost: 0, discontinuity: false });
	if (lag >= 0) expect(Math.abs((switches[0]?.gapMs ?? 0) - lag)).toBeLessThanOrEqual(33);
});

test.for(["bframes", "video-only", "audio-only", "hevc-aac.enhanced", "av1-opus.enhanced"])(
	"what an encoder really sends is recognised: %s",
	(name) => {
		const file = readFlv(readFileSync(new URL(`../../../test/fixtures/${name}.flv`, import.meta.url)));
		const source = file.filter(({ kind }) => kind !== "data");
		const length = source.at(-1)?.time ?? 0;
		const plans: FeedPlan[] = [
			{ id: "a", openAt: 0, closeAt: length * 0.6 },
			{ id: "b", openAt: length * 0.4, zero: 5_000_000, rounding: (index) => index % 2 },
		];
		const { packets, switches } = play(schedule(source, plans), plans);
		const bytes = (list: readonly MediaPacket[], kind: string): string[] =>
			list.filter((each) => each.kind === kind).map(({ payload }) => Buffer.from(payload).toString("base64"));
		for (const kind of ["video", "audio"] as const) {
			expect(bytes(packets, kind)).toEqual(bytes(source, kind));
			expect(stepsBack(packets, kind)).toEqual([]);
		}
		expect(switches).toMatchObject([{ from: "a", to: "b", discontinuity: false, framesLost: 0 }]);
	},
);

test("a feed without video follows where the camera was switched off long ago", () => {
	const source = makeSource({ seconds: 40, ...USUAL }).filter(({ kind, time }) => kind !== "video" || time < 10_000);
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 35_000 },
		{ id: "b", openAt: 25_000, lag: 50, zero: 60_000, from: source.findIndex(({ time }) => time >= 25_000) },
	];
	const { packets, switches } = play(schedule(source, plans), plans);
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(source, kind));
	expect(switches).toMatchObject([{ discontinuity: false, framesLost: 0 }]);
});

test("a standby says whether it is recognised", () => {
	const { splicer } = bench();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	send(a, [...HEADERS, ...between(0, 2000)]);
	send(b, HEADERS, { zero: 500 });
	expect(b.state).toBe("probing");
	send(b, between(990, 1500), { zero: 500, lag: 1000 });
	expect([a.state, b.state]).toEqual(["leading", "aligned"]);
});

test("a thawed feed that sends its past drops it, catches up and carries on", () => {
	const source = makeSource({ seconds: 80, ...USUAL });
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, freeze: [5000, 65_000] },
		{ id: "b", openAt: 1000, lag: 200, closeAt: 70_000 },
	];
	const { packets, switches } = play(schedule(source, plans), plans);
	for (const kind of ["video", "audio"] as const) expect(texts(packets, kind)).toEqual(texts(source, kind));
	expect(switches.map(({ from, to, cause }) => `${from} ${to} ${cause}`)).toEqual(["a b silent", "b a slower"]);
	expect(switches[0]?.gapMs).toBeGreaterThanOrEqual(170);
	expect(switches[0]?.gapMs).toBeLessThanOrEqual(235);
});

test("a feed that left frames out is recognised anew behind them", () => {
	const { splicer, out } = bench();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	send(a, [...HEADERS, ...between(0, 5000)]);
	send(b, [...HEADERS, ...between(0, 2000), ...between(2970, 2990)], { zero: 40, lag: 5000 });
	expect(b.state).toBe("probing");
	send(b, between(2990, 5000), { zero: 40, lag: 5000 });
	expect(b.state).toBe("aligned");
	a.close(10_000);
	send(b, between(5000, 6000), { zero: 40, lag: 5000 });
	for (const kind of ["video", "audio"] as const)
		expect(texts(out, kind)).toEqual(texts([...HEADERS, ...between(0, 6000)], kind));
});

test("a codec header changed on air comes once, at its place; equal cue points of one moment are told apart", () => {
	const source = makeSource({ seconds: 8, ...USUAL, newHeaderAt: 90, cueEvery: 9 }).flatMap((next) =>
		next.kind === "data" && next.role === "other" && next.time > 2000 ? [next, next] : [next],
	);
	const plans: FeedPlan[] = [
		{ id: "a", openAt: 0, closeAt: 6000 },
		{ id: "b", openAt: 1000, lag: 900, zero: 321 },
		{ id: "c", openAt: 1500, lag: 20 },
	];
	const { packets } = play(schedule(source, plans), plans);
	for (const kind of ["video", "audio", "data"] as const) expect(texts(packets, kind)).toEqual(texts(source, kind));
});

test("a feed that began earlier brings nothing from before the beginning", () => {
	const { splicer, out } = bench();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	const early = packet("data", "other", 1500, "early cue");
	send(a, [...HEADERS, ...between(1980, 2400)]);
	send(b, [...HEADERS, ...between(990, 1500), early, ...between(1500, 2400)], { lag: 2000 });
	expect(b.state).toBe("aligned");
	expect(texts(out, "data")).toEqual(["metadata"]);
});

test("an offset follows where two feeds' clocks drift apart", () => {
	const { splicer, out } = bench();
	const [a, b] = [splicer.open("a"), splicer.open("b")];
	const states = new Set<string>();
	for (const [index, next] of SOURCE.entries()) {
		a.push(next, next.time);
		b.push({ ...next, time: next.time + 500 + Math.round(index / 40) }, next.time);
		if (next.time > 1000) states.add(b.state);
	}
	expect([...states]).toEqual(["aligned"]);
	a.close(20_000);
	const last = between(19_900, 20_000).map((next) => ({ ...next, time: next.time + 100 }));
	for (const next of last) b.push({ ...packet(next.kind, "frame", next.time + 539, "more") }, next.time);
	const steps = out.slice(-last.length).map((next, index) => Math.abs(next.time - (last[index]?.time ?? 0)));
	expect(Math.max(...steps)).toBeLessThanOrEqual(4);
});

test("metadata at the time 0, as some servers send it, does not turn the clock back", () => {
	const { splicer, out } = bench();
	const feed = splicer.open("a");
	send(feed, [...HEADERS, ...between(0, 5000)]);
	feed.push(packet("data", "metadata", 0, "new title"), 5000);
	expect(out.at(-1)?.time).toBeGreaterThan(4900);
	expect(texts(out, "data")).toEqual(["metadata", "new title"]);
});

test("the resume token is there with the first frame", () => {
	const { splicer } = bench();
	const feed = splicer.open("a");
	send(feed, HEADERS);
	expect(splicer.resumeToken()).toBeUndefined();
	send(feed, between(0, 500));
	expect(splicer.resumeToken()).toMatchObject({ video: { length: 4 }, audio: { length: 4 } });
});

test("a closed feed is not heard any more", () => {
	const { splicer, out } = bench();
	const feed = splicer.open("a");
	send(feed, [...HEADERS, ...between(0, 100)]);
	feed.close(100);
	feed.close(100);
	const count = out.length;
	send(feed, between(100, 200));
	expect(out.length).toBe(count);
	expect(out.map(textOf)).toContain("video 0");
});
