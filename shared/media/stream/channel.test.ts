import { expect, test } from "vitest";
import { inter, key, setUp, text, Viewer, videoHeader } from "./test-stage.ts";
import type { WireForm } from "./wire-form.ts";

test("a reader leaving takes the pending flush and its timer with it", () => {
	const { clock, hub, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer);
	write(videoHeader, key(0));
	clock.settle();
	write(inter(10));
	expect(clock.pending).toBe(1);
	reader.leave();
	reader.leave();
	expect([clock.pending, hub.readers]).toEqual([0, 0]);
	clock.advance(100);
	expect(viewer.texts).toEqual(["hello ", "VH@0 K@0 "]);
	expect(reader.stats.state).toBe("left");
});

test("channels of different delays get the same packets in their own rhythm", () => {
	const { clock, join, write } = setUp();
	const [node, viewer, mobile] = [new Viewer(), new Viewer(), new Viewer()];
	join(node, { delayMs: 0 });
	join(viewer, { delayMs: 20 });
	join(mobile, { delayMs: 350 });
	write(videoHeader, key(0));
	clock.settle();
	for (let time = 10; time < 350; time += 10) {
		clock.advance(10);
		write(inter(time));
		clock.settle();
	}
	clock.advance(20);
	expect([node, viewer, mobile].map((each) => each.writes.length)).toEqual([1 + 35, 1 + 19, 1 + 2]);
	expect(viewer.texts.join("")).toBe(node.texts.join(""));
	expect(mobile.texts.join("")).toBe(node.texts.join(""));
});

test("behind a pause a few readers get what comes at once, many together with what follows", () => {
	const { clock, join, write } = setUp();
	const viewers = Array.from({ length: 65 }, () => new Viewer());
	const readers = viewers.map((viewer) => join(viewer));
	write(videoHeader, key(0));
	clock.advance(100);
	for (const viewer of viewers) viewer.take();
	write(inter(100));
	clock.advance(15);
	write(inter(115));
	expect(viewers.flatMap(({ texts }) => texts)).toEqual([]);
	clock.advance(5);
	for (const viewer of viewers) expect(viewer.take()).toEqual(["p@100 p@115 "]);
	readers[0]?.leave();
	clock.advance(100);
	write(inter(220));
	clock.settle();
	write(inter(230));
	clock.advance(19);
	expect(viewers[64]?.texts).toEqual(["p@220 "]);
	clock.advance(1);
	expect(viewers[64]?.texts).toEqual(["p@220 ", "p@230 "]);
});

test("a large batch leaves at once, and its timer with it", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	join(viewer, { delayMs: 350 });
	write(videoHeader, key(0));
	clock.settle();
	write(inter(10), inter(20, "x".repeat(65_536)));
	expect(viewer.writes.length).toBe(3);
	expect(clock.pending).toBe(0);
	write(inter(40));
	clock.advance(349);
	expect(viewer.writes.length).toBe(3);
	clock.advance(1);
	expect(viewer.texts[3]).toBe("p@40 ");
});

test("a sink that throws ends its own reader only", () => {
	const { clock, hub, join, write } = setUp();
	const [before, broken, after] = [new Viewer(), new Viewer(), new Viewer()];
	for (const viewer of [before, broken, after]) join(viewer);
	const failure = new Error("gone");
	broken.onWrite = () => {
		throw failure;
	};
	write(videoHeader, key(0));
	clock.advance(20);
	expect([broken.evicted, broken.cause, hub.readers]).toEqual(["write-failed", failure, 2]);
	const atOnce = new Viewer();
	atOnce.onWrite = broken.onWrite;
	expect(join(atOnce).stats.state).toBe("left");
	expect([atOnce.evicted, hub.readers]).toEqual(["write-failed", 2]);
	write(inter(40));
	clock.advance(20);
	expect([before.texts, after.texts]).toEqual([before.texts, before.texts]);
	expect(before.texts.slice(1)).toEqual(["VH@0 K@0 ", "p@40 "]);
});

test.for([0, 1, 2, 3, 4])(
	"reader %i lets everyone leave and another join from inside its write: nobody gets a batch twice",
	(at) => {
		const { clock, hub, join, write } = setUp();
		const viewers = Array.from({ length: 5 }, () => new Viewer());
		const readers = viewers.map((viewer) => join(viewer));
		write(videoHeader, key(0));
		clock.advance(20);
		const newcomer = new Viewer();
		const actor = viewers[at];
		if (actor) {
			actor.onWrite = () => {
				actor.onWrite = () => {};
				for (const index of [0, 2, at]) readers[index]?.leave();
				join(newcomer);
			};
		}
		write(inter(40));
		clock.advance(20);
		write(inter(80));
		clock.advance(20);
		const gone = new Set([0, 2, at]);
		for (const [index, viewer] of viewers.entries()) {
			if (gone.has(index)) expect(viewer.texts.slice(2).every((each) => each === "p@40 ")).toBe(true);
			else expect(viewer.texts.slice(2)).toEqual(["p@40 ", "p@80 "]);
			expect(viewer.writes.length).toBeLessThanOrEqual(4);
		}
		expect(newcomer.texts).toEqual(["hello VH@0 K@0 p@40 ", "p@80 "]);
		expect(hub.readers).toBe(5 - gone.size + 1);
	},
);

test("the only reader leaving inside a large write, and one joining in another delay, lose nothing", () => {
	const { clock, hub, join, write } = setUp();
	const [first, second] = [new Viewer(), new Viewer()];
	const reader = join(first);
	write(videoHeader);
	first.onWrite = () => {
		reader.leave();
		join(second, { delayMs: 0 });
	};
	const large = "x".repeat(70_000);
	write(key(0, large), inter(40));
	clock.settle();
	expect(second.texts).toEqual([`hello VH@0 ${large}@0 `, "p@40 "]);
	expect(hub.readers).toBe(1);
});

test("an end from inside a write still gives the batch to all", () => {
	const { clock, hub, join, write } = setUp();
	const viewers = Array.from({ length: 3 }, () => new Viewer());
	for (const viewer of viewers) join(viewer);
	write(videoHeader, key(0));
	for (const viewer of viewers) viewer.onWrite = () => hub.end("over");
	clock.advance(20);
	for (const viewer of viewers) expect([viewer.texts[1], viewer.ended]).toEqual(["VH@0 K@0 ", "over"]);
});

test("who joins another form from inside the flush of a packet gets that packet once", () => {
	const { clock, join, write } = setUp();
	const [first, second, newcomer] = [new Viewer(), new Viewer(), new Viewer()];
	const other: WireForm = { ...text, name: "other" };
	join(first);
	join(second, { form: other });
	write(videoHeader);
	first.onWrite = () => {
		first.onWrite = () => {};
		join(newcomer, { form: other, delayMs: 350 });
	};
	const large = "x".repeat(70_000);
	write(key(0, large), inter(40));
	clock.advance(350);
	expect(newcomer.texts).toEqual([`hello VH@0 ${large}@0 `, "p@40 "]);
	expect(second.texts.join("")).toBe(`hello VH@0 ${large}@0 p@40 `);
});
