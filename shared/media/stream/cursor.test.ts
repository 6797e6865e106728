import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { HAND_BYTES } from "./cursor.ts";
import { audio, inter, key, packet, setUp, Viewer, videoHeader } from "./test-stage.ts";

/** Its socket is full from the start; `step` writes packets and lets them be flushed. */
function slowStage(queueBytes: number) {
	const { clock, hub, join, write } = setUp();
	const [slow, fast] = [new Viewer(), new Viewer()];
	join(fast);
	write(videoHeader, key(0));
	clock.advance(20);
	const reader = join(slow, { bounds: { queueBytes, evictMs: 1000 } });
	slow.take();
	fast.take();
	slow.queuedBytes = HAND_BYTES;
	const step = (...packets: MediaPacket[]): void => {
		write(...packets);
		clock.advance(20);
	};
	return { clock, hub, slow, fast, reader, step };
}

/** Ten bytes on the wire. */
const ten = (packetOf: (time: number, payload: string) => MediaPacket, time: number, letter: string): MediaPacket =>
	packetOf(time, letter.repeat(8 - `${time}`.length));

test("what a full socket has no room for waits as references and follows when that has drained", () => {
	const { slow, fast, reader, step } = slowStage(1000);
	step(inter(10));
	step(inter(20), key(30, "K2"));
	expect([slow.take(), reader.stats.waitingBytes]).toEqual([[], HAND_BYTES + "p@10 p@20 K2@30 ".length]);
	slow.drain();
	expect(slow.take()).toEqual(["p@10 p@20 K2@30 "]);
	expect(slow.pieces.slice(-2)).toEqual(fast.pieces.slice(-2));
	expect(slow.pieces.at(-1)).toBe(fast.pieces.at(-1));
	step(inter(40));
	expect(slow.take()).toEqual(["p@40 "]);
});

test("a socket is handed no more than a share of what waits", () => {
	const { slow, step } = slowStage(10 * HAND_BYTES);
	const part = "x".repeat(HAND_BYTES / 2 - 10);
	for (let time = 10; time < 60; time += 10) step(inter(time, part));
	slow.isStuck = true;
	slow.drain();
	expect([slow.writes.length, slow.queuedBytes]).toEqual([1, expect.closeTo(1.5 * HAND_BYTES, -4)]);
	slow.drain();
	slow.drain();
	expect(slow.pieces.length - 2).toBe(5);
});

test("a slow reader finishes its group and goes on with the newest; others notice nothing", () => {
	const { hub, slow, fast, reader, step } = slowStage(100);
	step(ten(inter, 10, "p"));
	step(ten(inter, 20, "p"), ten(key, 30, "K"), ten(inter, 40, "p"));
	step(ten(key, 50, "L"), ...[51, 52, 53, 54, 55].map((time) => ten(inter, time, "p")));
	step(ten(key, 70, "M"));
	expect([slow.take(), reader.stats.waitingBytes, reader.stats.skippedFrames]).toEqual([[], HAND_BYTES + 110, 0]);
	step(ten(inter, 80, "p"));
	step(ten(inter, 90, "p"));
	slow.drain();
	expect(slow.take()).toEqual(["pppppp@10 pppppp@20 MMMMMM@70 pppppp@80 pppppp@90 "]);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 8, skippedGroups: 2 });
	expect([hub.skippedFrames, hub.skippedGroups, hub.evicted]).toEqual([8, 2, 0]);
	expect(fast.take().join("").trim().split(" ").length).toBe(13);
});

test("where the newest group finds no room, what was begun is finished and a later one is next", () => {
	const { slow, reader, step } = slowStage(80);
	for (let time = 10; time <= 60; time += 10) step(ten(inter, time, "p"));
	step(ten(key, 70, "K"), ten(inter, 80, "p"));
	step(ten(inter, 90, "p"));
	step(ten(inter, 91, "p"));
	expect(reader.stats).toMatchObject({ state: "waiting", waitingBytes: HAND_BYTES + 60, skippedGroups: 1 });
	step(ten(key, 92, "L"));
	expect(reader.stats).toMatchObject({ state: "waiting", skippedFrames: 5, skippedGroups: 2 });
	slow.drain();
	step(ten(key, 93, "M"));
	expect(slow.take().join("")).toBe(`${[10, 20, 30, 40, 50, 60].map((time) => `pppppp@${time} `).join("")}MMMMMM@93 `);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 5, skippedGroups: 2 });
});

test("a group that is larger than the bound loses its end", () => {
	const { slow, reader, step } = slowStage(30);
	for (let time = 10; time <= 60; time += 10) step(ten(inter, time, "p"));
	expect(reader.stats).toMatchObject({ state: "waiting", waitingBytes: HAND_BYTES, skippedFrames: 6 });
	slow.drain();
	step(ten(inter, 70, "p"));
	step(ten(key, 80, "K"));
	expect(slow.take()).toEqual(["KKKKKK@80 "]);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 7, skippedGroups: 1 });
});

test("headers that change in what is dropped come before the keyframe behind it", () => {
	const { slow, step } = slowStage(60);
	step(ten(inter, 10, "p"));
	step(
		ten(key, 20, "K"),
		packet("video", "header", 30, "VH2"),
		...[31, 32, 33, 34].map((time) => ten(inter, time, "p")),
	);
	step(ten(key, 40, "L"));
	slow.drain();
	expect(slow.take()).toEqual(["pppppp@10 VH2@40 LLLLLL@40 "]);
	slow.queuedBytes = HAND_BYTES;
	for (let time = 60; time <= 66; time++) step(ten(inter, time, "p"));
	step(packet("video", "header", 70, "VH3"), ten(key, 71, "N"));
	slow.drain();
	step(ten(inter, 72, "p"), ten(key, 80, "O"));
	expect(slow.take()).toEqual(["VH3@80 OOOOOO@80 "]);
});

test("what a reader begins with is no slowness until it has drained once", () => {
	const { clock, join, write } = setUp();
	const frame = (time: number, size: number): MediaPacket => inter(time, "y".repeat(size));
	write(videoHeader, key(0, "x".repeat(HAND_BYTES)), ...[1, 2, 3, 4].map((time) => frame(time, HAND_BYTES)));
	const viewer = new Viewer();
	viewer.isStuck = true;
	const reader = join(viewer, { bounds: { queueBytes: HAND_BYTES, evictMs: 1000 } });
	const step = (time: number): void => {
		write(frame(time, HAND_BYTES / 8));
		clock.advance(20);
	};
	for (let time = 40; time < 400; time += 40) step(time);
	expect(reader.stats).toMatchObject({ state: "live", skippedFrames: 0 });
	while (reader.stats.waitingBytes > 0) viewer.drain();
	for (let time = 400; time < 1200; time += 40) step(time);
	expect(reader.stats.state).toBe("waiting");
});

test("sound alone: who is slow goes on with the newest", () => {
	const { clock, join, write } = setUp();
	const viewer = new Viewer();
	const reader = join(viewer, { bounds: { queueBytes: 30, evictMs: 1000 } });
	viewer.queuedBytes = HAND_BYTES;
	for (let time = 10; time <= 60; time += 10) {
		write(ten(audio, time, "a"));
		clock.advance(20);
	}
	viewer.drain();
	expect(viewer.texts.slice(1).join("")).toMatch(/^aaaaaa@\d0 (aaaaaa@\d0 )?aaaaaa@60 $/);
	expect(reader.stats.state).toBe("live");
});

test("a reader whose sink takes nothing is evicted, and is watched only while it reads", () => {
	const { clock, hub, join, write } = setUp();
	const [stuck, gone] = [new Viewer(), new Viewer()];
	const reader = join(stuck);
	join(gone).leave();
	write(videoHeader, key(0));
	clock.advance(20);
	for (const viewer of [stuck, gone]) viewer.stall();
	expect([stuck.evicted, gone.evicted]).toEqual(["stalled", undefined]);
	expect([reader.stats.state, hub.readers, hub.evicted]).toEqual(["left", 0, 1]);
});

test("who leaves with something waiting gets nothing of it", () => {
	const { slow, reader, step } = slowStage(1000);
	step(inter(10));
	reader.leave();
	slow.drain();
	expect([slow.take(), reader.stats]).toEqual([[], expect.objectContaining({ state: "left", waitingBytes: 0 })]);
});

test("at the end of the stream all that waits is handed over", () => {
	const { hub, slow, step } = slowStage(1000);
	step(inter(10));
	step(inter(20));
	hub.end("over");
	expect([slow.take(), slow.ended]).toEqual([["p@10 p@20 "], "over"]);
});

test("a sink that throws when it has drained ends its own reader", () => {
	const { slow, reader, step } = slowStage(1000);
	step(inter(10));
	slow.onWrite = () => {
		throw new Error("gone");
	};
	slow.drain();
	expect([slow.evicted, reader.stats.state]).toEqual(["write-failed", "left"]);
});
