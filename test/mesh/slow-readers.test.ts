import { expect, onTestFinished, test, vi } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Hub, type JoinOptions, type Reader } from "#shared/media/stream";
import { framesOf, idOf } from "../support/clip.ts";
import { judge } from "../support/frame-judge.ts";
import type { ClipSize } from "../support/long-clip.ts";
import { bytesHeld } from "../support/memory.ts";
import { metric } from "../support/metrics.ts";
import { DOORS, type Door, type SlowReader } from "../support/slow-reader.ts";
import { fed, HISTORY, MIB, QUEUE, stage, viewer } from "../support/slow-stage.ts";

/** A few times what the kernel takes of a connection nobody reads. */
const BROAD: ClipSize = { seconds: 65, keyframeBytes: 60_000, frameBytes: 20_000 };

/** What is beside the queue: a flush with a packet more than it is meant to hold, and what a socket is handed at a time. */
const ONE_WRITE = 256 * 1024;

/** What the edge's hub has of each viewer, in the order in which they came; nodes are served at once. */
function atHub(): { options: JoinOptions; reader: Reader }[] {
	const { calls, results } = vi.mocked(Hub.prototype.join).mock;
	return calls.flatMap(([options], place) => {
		const reader = results[place]?.value as Reader;
		return options.delayMs === 0 ? [] : [{ options, reader }];
	});
}

test.for(DOORS)("%s: a reader that stands still costs its bound; then it goes on at a keyframe", async (door) => {
	const { edge, clip, feed } = await fed("evictMs: 60000", BROAD);
	await feed(1);
	const slow = viewer({ edge }, door);
	await expect.poll(() => slow.packets.length).toBeGreaterThan(20);
	slow.stop();
	const before = bytesHeld();
	const queues: number[] = [];
	const held: number[] = [];
	for (let second = 2; second <= 61; second++) {
		await feed(second);
		queues.push(atHub()[0]?.reader.stats.waitingBytes ?? 0);
		if (second > 30 && second % 10 === 0) held.push(bytesHeld() - before);
	}
	expect(Math.max(...queues)).toBeGreaterThan(QUEUE / 2);
	expect(Math.max(...queues)).toBeLessThan(QUEUE + ONE_WRITE);
	// What two servers have in their hands at one moment varies: the least is kept. Each of them has seen 32 MiB.
	expect(Math.min(...held)).toBeLessThan(QUEUE + 2 * HISTORY + 20 * MIB);
	expect(atHub()[0]?.reader.stats.skippedGroups).toBeGreaterThan(20);

	slow.go();
	await expect.poll(() => atHub()[0]?.reader.stats.waitingBytes).toBe(0);
	await feed(BROAD.seconds);
	const last = idOf(clip.at(-1) as MediaPacket);
	await expect.poll(() => slow.packets.some((packet) => idOf(packet) === last)).toBe(true);
	const skipped = atHub()[0]?.reader.stats.skippedFrames;
	expect(skipped).toBe(framesOf(clip).length - framesOf(slow.packets).length);
	expect(await metric(edge.http, "millrace_frames_skipped_total")).toBe(skipped);
	expectWholeGroups(clip, slow.packets);
});

test.for(
	DOORS.flatMap((door) => [
		{ door, how: "stands still", sip: { bytes: 0, everyMs: 1000 } },
		{ door, how: "reads a byte a second", sip: { bytes: 1, everyMs: 1000 } },
	]),
)("$door: who $how is closed, which is counted; the one beside it gets every frame", async ({ door, sip }) => {
	const set = await stage("evictMs: 1500", { speed: 4, size: BROAD });
	const beside = viewer(set, "rtmp");
	const slow = viewer(set, door);
	await expect.poll(() => slow.packets.length).toBeGreaterThan(20);
	await expect.poll(() => beside.packets.length).toBeGreaterThan(20);
	slow.stop();
	const sips = setInterval(() => sip.bytes > 0 && slow.sip(sip.bytes), sip.everyMs);
	onTestFinished(() => clearInterval(sips));
	const evicted = () => metric(set.edge.http, "millrace_readers_evicted_total", { reason: "stalled" });
	await expect.poll(evicted, { timeout: 20_000 }).toBe(1);
	await expect.poll(() => metric(set.edge.http, "millrace_readers")).toBe(1);
	await expect.poll(() => metric(set.edge.http, "millrace_connections")).toBe(1);
	clearInterval(sips);
	slow.go();
	await expect.poll(() => slow.isClosed).toBe(true);
	set.encoder[Symbol.dispose]();
	await expect
		.poll(() => judge(set.encoder.sent, beside.packets, { ended: true }))
		.toMatchObject({ lost: 0, dup: 0, back: 0, unknown: 0 });
});

test.for(DOORS)(
	"%s: who reads slowly, but all the time, is kept and sees whole groups",
	{ timeout: 60_000 },
	async (door) => {
		const set = await stage("evictMs: 3000", { speed: 2, size: BROAD });
		const slow = viewer(set, door);
		// From the start: the kernel keeps megabytes for who once read quickly.
		slow.stop();
		const sips = setInterval(() => slow.sip(4096), 50);
		onTestFinished(() => clearInterval(sips));
		await expect.poll(() => atHub()[0]?.reader.stats.skippedGroups, { timeout: 40_000 }).toBeGreaterThan(5);
		const evicted = () => metric(set.edge.http, "millrace_readers_evicted_total");
		expect(await evicted()).toBe(0);
		clearInterval(sips);
		slow.go();
		await expect.poll(() => gapsIn(set.clip, slow.packets).length).toBeGreaterThan(0);
		expect(await evicted()).toBe(0);
		expectWholeGroups(set.clip, slow.packets);
	},
);

test("a viewer who reads nothing is gone in time, though the kernel would take more for it", async () => {
	const size = { seconds: 60, keyframeBytes: 24_000, frameBytes: 3_500 };
	const set = await stage("evictMs: 1000", { speed: 4, size });
	const frozen = viewer(set, "http-flv");
	await expect.poll(() => frozen.packets.length).toBeGreaterThan(20);
	frozen.stop();
	const evicted = () => metric(set.edge.http, "millrace_readers_evicted_total", { reason: "stalled" });
	let waiting = 0;
	await expect
		.poll(() => {
			waiting = Math.max(waiting, atHub()[0]?.options.sink.queued() ?? 0);
			return evicted();
		})
		.toBe(1);
	expect(waiting).toBe(0);
});

/** Reads a little more, and how many packets have come by now. */
function seen(reader: SlowReader): number {
	reader.sip(4096);
	return reader.packets.length;
}

test("viewers who come one by one in a long group and read nothing hold one copy of it", async () => {
	const GROUP = 24;
	const size = { seconds: GROUP, keyframeBytes: 60_000, frameBytes: 40_000, groupSeconds: GROUP };
	const limits = `readerBytes: ${QUEUE}, historyBytes: ${32 * MIB}`;
	const { edge, feed } = await fed("evictMs: 60000", size, limits);
	await feed(1);
	const first = viewer({ edge }, "rtmp");
	await expect.poll(() => first.packets.length).toBeGreaterThan(20);
	first.stop();
	await feed(12);
	const before = bytesHeld();
	const VIEWERS = 30;
	for (let count = 1; count <= VIEWERS; count++) {
		const one = viewer({ edge }, DOORS[count % 2] as Door);
		await expect.poll(() => seen(one), { interval: 5 }).toBeGreaterThan(0);
		one.packets.length = 0;
		await feed(12 + count / 4);
	}
	const waiting = atHub().map(({ reader }) => reader.stats.waitingBytes);
	const group = 20 * MIB;
	expect(waiting.reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(8 * group);
	// The history of two servers, half of which was there before, and the group in the forms of both doors.
	expect(bytesHeld() - before).toBeLessThan(4 * group);
});

/** The frames around each gap, as places in the source. */
function gapsIn(clip: readonly MediaPacket[], arrived: readonly MediaPacket[]): { before: number; after: number }[] {
	const placeOf = new Map(framesOf(clip).map((packet, place) => [idOf(packet), place]));
	const places = framesOf(arrived).map((packet) => placeOf.get(idOf(packet)) ?? -1);
	return places.flatMap((after, at) => {
		const before = places[at - 1];
		return before === undefined || after === before + 1 ? [] : [{ before, after }];
	});
}

/** Every frame is the source's, at its time, in order; what is missing are whole groups. */
function expectWholeGroups(clip: readonly MediaPacket[], arrived: readonly MediaPacket[]): void {
	expect(judge(clip, arrived, { ended: true })).toMatchObject({ dup: 0, back: 0, unknown: 0 });
	const source = framesOf(clip);
	const timeOf = new Map(source.map((packet) => [idOf(packet), packet.time]));
	const shifts = new Set(framesOf(arrived).map((packet) => packet.time - (timeOf.get(idOf(packet)) ?? 0)));
	expect([...shifts]).toHaveLength(1);
	const gaps = gapsIn(clip, arrived);
	expect(gaps.length).toBeGreaterThan(0);
	const begins = gaps.flatMap(({ before, after }) => [source[before + 1]?.role, source[after]?.role]);
	expect(begins).toEqual(begins.map(() => "keyframe"));
}
