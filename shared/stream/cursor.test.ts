import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/media";
import { inter, key, packet, setUp, Viewer, videoHeader } from "./test-stage.ts";

test("a slow reader skips to a keyframe after it has drained; others notice nothing", () => {
	const { clock, hub, join, write } = setUp();
	const [slow, fast] = [new Viewer(), new Viewer()];
	join(fast);
	const reader = join(slow, { bounds: { queueBytes: 10, evictMs: 1000 } });
	const step = (...packets: MediaPacket[]): void => {
		write(...packets);
		clock.advance(20);
	};
	step(videoHeader, key(0));
	slow.take();
	slow.queuedBytes = 11;
	step(inter(40));
	step(inter(80), key(120, "K2"), inter(160));
	expect([slow.take(), reader.stats.state]).toEqual([[], "skipping"]);
	slow.queuedBytes = 6;
	step(key(200, "K3"));
	slow.queuedBytes = 5;
	step(inter(240));
	expect([slow.take(), reader.stats.state]).toEqual([[], "waiting"]);
	step(inter(280), key(320, "K4"), inter(360));
	step(inter(400));
	expect(slow.take()).toEqual(["K4@320 p@360 ", "p@400 "]);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 7, skippedGroups: 3 });
	expect([hub.skippedFrames, hub.skippedGroups, hub.evicted]).toEqual([7, 3, 0]);
	expect(fast.texts.join("")).toBe("hello VH@0 K@0 p@40 p@80 K2@120 p@160 K3@200 p@240 p@280 K4@320 p@360 p@400 ");
});

test("headers that change while a reader skips come before its keyframe", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	join(viewer, { bounds: { queueBytes: 10, evictMs: 1000 } });
	write(videoHeader, key(0));
	clock.advance(20);
	viewer.take();
	viewer.queuedBytes = 11;
	write(packet("video", "header", 40, "VH2"), key(40, "K2"));
	clock.advance(20);
	viewer.queuedBytes = 0;
	write(inter(60), key(80, "K3"));
	clock.advance(20);
	expect(viewer.texts).toEqual(["VH2@80 K3@80 "]);
});

test("the first burst is no slowness until it has drained once", () => {
	const { clock, join, write } = setUp();
	write(videoHeader, key(0, "x".repeat(1000)));
	const viewer = new Viewer();
	const reader = join(viewer, { bounds: { queueBytes: 100, evictMs: 1000 } });
	viewer.queuedBytes = 1000;
	for (let time = 40; time < 400; time += 40) {
		write(inter(time));
		viewer.queuedBytes -= 1;
		clock.advance(20);
	}
	expect(reader.stats).toMatchObject({ state: "live", writes: 10 });
	viewer.queuedBytes = 90;
	write(inter(400));
	clock.advance(20);
	viewer.queuedBytes = 101;
	write(inter(440));
	clock.advance(20);
	expect(reader.stats).toMatchObject({ state: "skipping", writes: 11 });
});

test("a reader over its bound for evictMs is evicted as slow", () => {
	const { clock, hub, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer, { bounds: { queueBytes: 10, evictMs: 100 } });
	write(videoHeader, key(0));
	clock.advance(20);
	for (let passed = 0; passed < 120; passed += 20) {
		expect(viewer.evicted).toBeUndefined();
		viewer.queuedBytes = 1000 - passed;
		write(inter(40 + passed));
		clock.advance(20);
	}
	expect([viewer.evicted, reader.stats.state, hub.readers, hub.evicted]).toEqual(["slow", "left", 0, 1]);
	expect(clock.pending).toBe(0);
});

test("a reader whose queue does not move for evictMs is evicted as stalled, though below its bound", () => {
	const { clock, join, write } = setUp();
	const [stuck, moving] = [new Viewer(), new Viewer()];
	join(stuck, { bounds: { queueBytes: 1_000_000, evictMs: 100 } });
	join(moving, { bounds: { queueBytes: 1_000_000, evictMs: 100 } });
	write(videoHeader, key(0));
	clock.advance(20);
	[stuck.isStuck, moving.isStuck] = [true, true];
	for (let time = 40; time <= 40 + 6 * 20; time += 20) {
		expect(stuck.evicted).toBeUndefined();
		moving.queuedBytes = Math.max(moving.queuedBytes - 1, 0);
		write(inter(time));
		clock.advance(20);
	}
	expect([stuck.evicted, moving.evicted]).toEqual(["stalled", undefined]);
});

test("pause sends nothing, resume goes on at the next keyframe", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer);
	write(videoHeader, key(0));
	clock.advance(20);
	viewer.take();
	reader.pause();
	write(inter(40), packet("video", "header", 50, "VH2"), key(60, "K2"));
	clock.advance(20);
	reader.resume();
	write(inter(80));
	clock.advance(20);
	expect(viewer.texts).toEqual([]);
	write(inter(90), key(100, "K3"));
	clock.advance(20);
	expect(viewer.texts).toEqual(["VH2@100 K3@100 "]);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 0 });
});

test("a pause ends with the headers, changed or not", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer);
	write(videoHeader, key(0));
	clock.advance(20);
	reader.pause();
	reader.resume();
	write(key(40, "K2"));
	clock.advance(20);
	expect(viewer.texts).toEqual(["hello ", "VH@0 K@0 ", "VH@40 K2@40 "]);
});
