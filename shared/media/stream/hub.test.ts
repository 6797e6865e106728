import { expect, test } from "vitest";
import { audio, audioHeader, inter, key, metadata, packet, setUp, text, Viewer, videoHeader } from "./test-stage.ts";
import type { WireForm } from "./wire-form.ts";

test("without readers nothing is put into bytes and no timer runs", () => {
	const { clock, join, write } = setUp();
	let calls = 0;
	const counting: WireForm = { name: "counting", serialise: () => calls++ };
	const reader = join(new Viewer(), { form: counting });
	reader.leave();
	write(videoHeader, key(0), inter(40));
	expect([calls, clock.pending]).toEqual([0, 0]);
});

test("who is there from the start gets the headers in order and one write per flush", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer);
	write(metadata, videoHeader, audioHeader, key(0), audio(5));
	expect(viewer.texts).toEqual(["hello "]);
	clock.settle();
	write(inter(40));
	write(inter(80));
	clock.advance(19);
	expect(viewer.writes.length).toBe(2);
	clock.advance(1);
	expect(viewer.texts).toEqual(["hello ", "M@0 VH@0 AH@0 K@0 a@5 ", "p@40 p@80 "]);
	expect(reader.stats).toEqual({
		state: "live",
		sentBytes: 38,
		writes: 3,
		waitingBytes: 0,
		skippedFrames: 0,
		skippedGroups: 0,
	});
});

test("a late joiner gets metadata at zero, headers at the newest keyframe's time and the group so far in one write", () => {
	const { clock, join, write } = setUp();
	write(metadata, videoHeader, audioHeader, key(0), inter(40), key(2000, "K2"), audio(2010), inter(2040));
	const viewer = new Viewer();
	join(viewer);
	write(inter(2080));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello M@0 VH@2000 AH@2000 K2@2000 a@2010 p@2040 ", "p@2080 "]);
});

test("who joins in mid-batch gets what was flushed at once and the batch with all others", () => {
	const { clock, join, write } = setUp();
	const [early, late] = [new Viewer(), new Viewer()];
	join(early);
	write(videoHeader, key(0));
	clock.settle();
	write(inter(40));
	clock.advance(10);
	join(late);
	write(inter(80));
	expect(late.texts).toEqual(["hello VH@0 K@0 "]);
	clock.advance(10);
	expect(late.take().slice(1)).toEqual(["p@40 p@80 "]);
	expect(early.take().slice(2)).toEqual(["p@40 p@80 "]);
	clock.advance(100);
	expect([...early.texts, ...late.texts]).toEqual([]);
});

test("who joins while the newest keyframe is not yet flushed begins with it at the flush", () => {
	const { clock, join, write } = setUp();
	const [early, late] = [new Viewer(), new Viewer()];
	join(early);
	write(videoHeader, key(0), inter(40));
	clock.advance(20);
	write(inter(80), key(120, "K2"));
	join(late);
	write(inter(160));
	clock.advance(20);
	expect(late.texts).toEqual(["hello VH@120 ", "K2@120 p@160 "]);
});

test("where a burst of the previous group is at hand, it serves until the keyframe is flushed", () => {
	const { clock, join, write } = setUp();
	const [first, second] = [new Viewer(), new Viewer()];
	write(videoHeader, key(0), inter(40));
	join(first);
	write(key(80, "K2"));
	join(second);
	clock.advance(20);
	expect(second.texts).toEqual(["hello VH@0 K@0 p@40 ", "K2@80 "]);
	expect(second.writes[1]).toBe(first.writes[1]);
});

test("100 joiners share one burst and one buffer per flush, and force nothing", () => {
	const { clock, join, write } = setUp();
	let calls = 0;
	const counting: WireForm = {
		...text,
		serialise(each, into) {
			calls++;
			text.serialise(each, into, []);
		},
	};
	write(metadata, videoHeader, key(0), inter(40));
	const viewers = Array.from({ length: 100 }, () => new Viewer());
	for (const viewer of viewers) join(viewer, { form: counting });
	expect(calls).toBe(4);
	write(inter(80));
	clock.advance(20);
	expect(calls).toBe(5);
	const [first] = viewers;
	for (const viewer of viewers) {
		expect(viewer.writes.length).toBe(2);
		expect(viewer.pieces.length).toBe(3);
		// But for the first, the headers, all that was handed over is shared.
		expect(viewer.pieces.slice(1).every((bytes, index) => bytes === first?.pieces[index + 1])).toBe(true);
	}
	const [one, other] = [new Viewer(), new Viewer()];
	join(one, { form: counting });
	join(other, { form: counting });
	expect(one.texts).toEqual(["hello M@0 VH@0 K@0 p@40 p@80 "]);
	expect(other.pieces.slice(1).every((bytes, index) => bytes === one.pieces[index + 1])).toBe(true);
	expect(one.pieces.slice(1)).toEqual(first?.pieces.slice(1));
	expect(calls).toBe(5);
});

test("a large audience is served in cohorts, each at its own moment and early enough for the last within the delay", () => {
	const { clock, join, write } = setUp();
	write(videoHeader, key(0));
	const viewers = Array.from({ length: 1000 }, () => new Viewer());
	for (const viewer of viewers) join(viewer, { delayMs: 80 });
	for (const viewer of viewers) expect(viewer.take()).toEqual(["hello VH@0 K@0 "]);
	write(inter(40));
	const served = () => viewers.filter(({ texts }) => texts.length > 0);
	const after = [46, 1, 10, 10, 10].map((span) => {
		clock.advance(span);
		return served().length;
	});
	expect(after).toEqual([0, 250, 500, 750, 1000]);
	expect(new Set(viewers.map(({ writes }) => writes[0])).size).toBe(4);
	for (const viewer of viewers) expect(viewer.take()).toEqual(["p@40 "]);
});

test("a place that becomes free in a cohort is taken before another one is opened", () => {
	const { clock, join, write } = setUp();
	write(videoHeader, key(0));
	const readers = Array.from({ length: 129 }, () => join(new Viewer(), { delayMs: 80 }));
	readers[128]?.leave();
	readers[0]?.leave();
	const viewer = new Viewer();
	join(viewer, { delayMs: 80 });
	viewer.take();
	write(inter(40));
	clock.advance(78);
	expect(viewer.texts).toEqual([]);
	clock.advance(1);
	expect(viewer.texts).toEqual(["p@40 "]);
});

test("readers without a delay are one cohort, however many", () => {
	const { clock, join, write } = setUp();
	write(videoHeader, key(0));
	const viewers = Array.from({ length: 300 }, () => new Viewer());
	for (const viewer of viewers) join(viewer, { delayMs: 0 });
	for (const viewer of viewers) viewer.take();
	write(inter(40));
	clock.advance(0);
	expect(new Set(viewers.map(({ writes }) => writes[0])).size).toBe(1);
});

test("a header change travels in order, and a later joiner gets the headers of its keyframe", () => {
	const { clock, join, write } = setUp();
	const [early, late, later] = [new Viewer(), new Viewer(), new Viewer()];
	join(early);
	write(videoHeader, audioHeader, key(0), packet("video", "header", 40, "VH2"));
	clock.advance(20);
	join(late);
	write(videoHeader, packet("video", "header", 40, "VH2"), key(40, "K2"));
	clock.advance(20);
	join(later);
	expect(early.texts).toEqual(["hello ", "VH@0 AH@0 K@0 VH2@40 ", "VH@0 VH2@40 K2@40 "]);
	expect(late.texts[0]).toBe("hello VH@0 AH@0 K@0 VH2@40 ");
	expect(later.texts).toEqual(["hello VH2@40 AH@40 K2@40 "]);
});

test("audio only: headers, and on from the newest frame", () => {
	const { clock, join, write } = setUp();
	write(metadata, audioHeader, audio(0, "a0"), audio(23, "a1"));
	const [first, second] = [new Viewer(), new Viewer()];
	join(first);
	write(audio(46, "a2"), audio(69, "a3"));
	clock.advance(20);
	write(audio(92, "a4"));
	join(second, { delayMs: 0 });
	write(audio(115, "a5"));
	clock.advance(20);
	expect(first.texts).toEqual(["hello M@0 AH@23 a1@23 ", "a2@46 a3@69 ", "a4@92 a5@115 "]);
	expect(second.texts).toEqual(["hello M@0 AH@92 a4@92 ", "a5@115 "]);
});

test("video without a keyframe: headers and sound at once, the picture from the keyframe on", () => {
	const { clock, join, write } = setUp();
	write(metadata, audioHeader, audio(5), videoHeader, inter(10));
	const viewer = new Viewer();
	const reader = join(viewer);
	write(inter(20), audio(25));
	clock.advance(20);
	write(audio(45), inter(47), key(50), audio(55));
	expect(reader.stats.state).toBe("waiting");
	clock.advance(20);
	write(audio(65), inter(70));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello M@0 AH@10 VH@10 ", "a@25 ", "a@45 K@50 a@55 ", "a@65 p@70 "]);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 0, skippedGroups: 0 });
});

test("a joiner who cannot keep up with the sound waits for the picture", () => {
	const { clock, join, write } = setUp();
	write(audioHeader, videoHeader, inter(10));
	const viewer = new Viewer();
	join(viewer, { bounds: { queueBytes: 4, evictMs: 1000 } });
	viewer.queuedBytes = 64 * 1024;
	for (const time of [25, 45]) {
		write(audio(time));
		clock.advance(20);
	}
	viewer.drain();
	write(audio(65));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello AH@10 VH@10 ", "a@25 ", "a@65 "]);
});

test("headers that change while a joiner waits are sent before the keyframe, and those it has are not sent again", () => {
	const { clock, join, write } = setUp();
	write(videoHeader);
	const viewer = new Viewer();
	join(viewer);
	write(packet("video", "header", 30, "VH2"), audioHeader);
	clock.advance(20);
	write(inter(60), key(80));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello VH@0 ", "AH@0 ", "VH2@80 K@80 "]);
});

test("a group larger than the history is not kept: joiners wait for the next keyframe", () => {
	const { clock, join, write } = setUp({ historyBytes: 3000 });
	write(videoHeader, key(0, "x".repeat(2000)), inter(40, "y".repeat(1000)));
	const viewer = new Viewer();
	join(viewer);
	write(inter(80));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello VH@40 "]);
	write(key(120));
	clock.advance(20);
	expect(viewer.texts.slice(1)).toEqual(["K@120 "]);
});

test("forms are recognised by name, and each gets its own bytes", () => {
	const { clock, join, write } = setUp();
	const [a, b, c] = [new Viewer(), new Viewer(), new Viewer()];
	const other: WireForm = { name: "length", serialise: (each, into) => into.push(Buffer.of(48 + each.payload.length)) };
	join(a);
	join(b, { form: { ...text } });
	join(c, { form: other });
	write(videoHeader, key(0));
	clock.advance(20);
	expect(b.texts).toEqual(a.texts);
	expect(b.pieces.at(-1)?.buffer).toBe(a.pieces.at(-1)?.buffer);
	expect(c.texts).toEqual(["21"]);
});

test("end flushes, tells every reader once, and later joiners at once", () => {
	const { clock, hub, join, write } = setUp();
	const [first, second, late] = [new Viewer(), new Viewer(), new Viewer()];
	join(first);
	join(second, { delayMs: 350 });
	write(videoHeader, key(0));
	hub.end("unpublished");
	hub.end("again");
	write(inter(40));
	expect([first.ended, second.ended, first.evicted]).toEqual(["unpublished", "unpublished", undefined]);
	expect(first.texts).toEqual(["hello ", "VH@0 K@0 "]);
	expect(second.texts).toEqual(first.texts);
	expect([hub.readers, clock.pending]).toEqual([0, 0]);
	expect(join(late).stats.state).toBe("left");
	expect([late.ended, late.texts]).toEqual(["unpublished", []]);
});

test("the hub tells what it took", () => {
	const { clock, hub, write } = setUp();
	expect([hub.lastPacketAt, hub.metadata(), hub.headers()]).toEqual([undefined, undefined, []]);
	clock.advance(7);
	write(metadata, videoHeader, audioHeader, key(0));
	expect([hub.lastPacketAt, hub.packetsIn, hub.readers]).toEqual([7, 4, 0]);
	expect([hub.metadata(), hub.headers()]).toEqual([metadata, [videoHeader, audioHeader]]);
});
