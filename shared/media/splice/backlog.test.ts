import fc from "fast-check";
import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Backlog } from "./backlog.ts";
import { packet, textOf } from "./test-source.ts";

function filled(packets: readonly MediaPacket[]): Backlog {
	const backlog = new Backlog();
	for (const [index, next] of packets.entries()) backlog.add(next, index, []);
	return backlog;
}
const held = (backlog: Backlog): string[] => backlog.items.map(({ packet: item }) => textOf(item));

test("what comes before the frames is no part of it", () => {
	const backlog = filled([
		packet("data", "metadata", 0, "metadata"),
		packet("video", "header", 0, "first header"),
		packet("data", "other", 0, "early cue"),
		packet("video", "keyframe", 0, "k"),
		packet("data", "other", 5, "cue"),
		packet("audio", "header", 6, "audio header"),
		packet("video", "header", 40, "second header"),
		packet("video", "frame", 40, "f"),
	]);
	expect(held(backlog)).toEqual(["k", "cue", "audio header", "second header", "f"]);
	expect(backlog.items.map(({ index }) => index)).toEqual([0, undefined, undefined, undefined, 1]);
	expect(backlog.keyframes()).toEqual([0]);
	expect(backlog.take()).toHaveLength(5);
	expect([backlog.items, backlog.bytes, backlog.frames.video.size]).toEqual([[], 0, 0]);
});

test("keeps 15 s, and of an unrelated feed its newest group of pictures", () => {
	const packets = Array.from({ length: 1000 }, (_, index) =>
		packet("video", index % 50 === 0 ? "keyframe" : "frame", index * 40, `${index}`),
	);
	const backlog = filled(packets);
	expect([held(backlog)[0], backlog.frames.video.start, backlog.firstIndex("video")]).toEqual(["624", 624, 624]);
	expect(backlog.firstIndex("audio")).toBeUndefined();
	backlog.keepNewestGroup(true);
	expect(backlog.items).toHaveLength(376);
	backlog.add(packet("video", "keyframe", 40_000, "1000"), 0, []);
	backlog.keepNewestGroup(true);
	expect(held(backlog)).toEqual(["1000"]);
});

test("of an unrelated feed without video it keeps half a second", () => {
	const backlog = filled(Array.from({ length: 100 }, (_, index) => packet("audio", "frame", index * 20, `${index}`)));
	backlog.keepNewestGroup(false);
	expect(held(backlog)[0]).toBe("74");
});

test("whatever a peer sends, it holds 16 MiB at most and its frames are those of its windows", () => {
	const sizes = fc.array(fc.tuple(fc.constantFrom("audio", "video", "data"), fc.nat(2_000_000), fc.nat(20_000)), {
		maxLength: 60,
	});
	const room = Buffer.alloc(2_000_000);
	fc.assert(
		fc.property(sizes, (list) => {
			const backlog = new Backlog();
			for (const [kind, size, time] of list) {
				backlog.add({ kind: kind as "audio", role: "frame", time, payload: room.subarray(0, size) }, size, []);
				expect(backlog.bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
			}
			const bytes = backlog.items.reduce((sum, { packet: item }) => sum + item.payload.length + 256, 0);
			expect(backlog.bytes).toBe(bytes);
			for (const kind of ["audio", "video"] as const) {
				const indexes = backlog.items.filter(({ packet: item }) => item.kind === kind).map(({ index }) => index);
				const { start, end } = backlog.frames[kind];
				expect(indexes).toEqual(Array.from({ length: end - start }, (_, step) => start + step));
			}
		}),
		{ numRuns: 50 },
	);
});

test("a flood of empty packets of one moment is bounded too", () => {
	const backlog = filled(Array.from({ length: 100_000 }, () => packet("video", "frame", 0, "")));
	expect(backlog.items).toHaveLength(4096);
});
