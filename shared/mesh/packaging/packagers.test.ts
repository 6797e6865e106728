import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import { Hub } from "#shared/media/stream";
import type { Lease } from "#shared/mesh/catalog";
import { demoClip } from "../../../test/support/clip.ts";
import { Packagers } from "./packagers.ts";

const LINGER_MS = 15_000;
const KEY = "live/news" as StreamKey;
const SETTINGS = { segmentMs: 2000, partMs: 500, windowSegments: 10, windowBytes: 8 * 1024 * 1024 };
const BEGIN = 1_795_478_400 * 90_000;

/** A node that has one stream, live or not. */
function stage() {
	const clock = new ManualClock();
	const newHub = () =>
		new Hub({ clock, historyBytes: 8 * 1024 * 1024, onMalformed: () => {}, onReaderFailed: () => {} });
	let hub = newHub();
	const counts = { opened: 0, released: 0 };
	const pending: (() => void)[] = [];
	const source = {
		isThere: true,
		isSlow: false,
		open: async (): Promise<Lease | undefined> => {
			if (source.isSlow) await new Promise<void>((resolve) => pending.push(resolve));
			if (!source.isThere) return undefined;
			counts.opened++;
			return { hub, release: () => counts.released++ };
		},
	};
	const packagers = new Packagers({ source, clock, settings: () => SETTINGS, lingerMs: LINGER_MS });
	const open = () => packagers.open(KEY, { connection: {}, signal: new AbortController().signal });
	const play = (): void => {
		let number = 7;
		for (const packet of demoClip()) {
			const begins = packet.role === "keyframe" && packet.time % 2000 < 40;
			const mark = { number, begin: BEGIN + packet.time * 90, discontinuity: false, discontinuities: 0 };
			if (begins) number++;
			hub.write(begins ? { ...packet, mark } : packet);
		}
		clock.settle();
	};
	const restart = (): void => {
		hub.end("over");
		clock.settle();
		hub = newHub();
	};
	return { clock, source, packagers, counts, pending, open, play, restart };
}

test("a stream is packaged once for all who ask, and ends a while after the last of them has gone", async () => {
	const { clock, packagers, counts, open, play } = stage();
	const [first, second] = [await open(), await open()];
	expect(second?.packaged).toBe(first?.packaged);
	play();
	expect(first?.packaged.tracks.map(({ kind, segments }) => [kind, segments.length > 2])).toEqual([
		["video", true],
		["audio", true],
	]);
	first?.release();
	first?.release();
	clock.advance(LINGER_MS * 2);
	expect(counts).toEqual({ opened: 1, released: 0 });
	second?.release();
	clock.advance(LINGER_MS - 1);
	(await open())?.release();
	clock.advance(LINGER_MS - 1);
	expect(packagers.size).toBe(1);
	clock.advance(1);
	expect(packagers.size).toBe(0);
	expect(counts).toEqual({ opened: 1, released: 1 });
	expect(first?.packaged.hasEnded).toBe(true);
	expect(clock.pending).toBe(0);
});

test("two who ask while the stream is fetched get the same one, and nothing is held twice", async () => {
	const { source, packagers, counts, pending, open } = stage();
	source.isSlow = true;
	const both = [open(), open()];
	for (const answer of pending) answer();
	const [first, second] = await Promise.all(both);
	expect(second?.packaged).toBe(first?.packaged);
	expect(counts).toEqual({ opened: 2, released: 1 });
	packagers[Symbol.dispose]();
	expect(counts.released).toBe(2);
});

test("a stream that cannot be had is undefined, and one that ended and came back is packaged anew", async () => {
	const { source, counts, open, restart } = stage();
	source.isThere = false;
	expect(await open()).toBeUndefined();
	source.isThere = true;
	const before = await open();
	restart();
	expect(before?.packaged.hasEnded).toBe(true);
	const after = await open();
	expect(after?.packaged).not.toBe(before?.packaged);
	expect(counts).toEqual({ opened: 2, released: 1 });
	before?.release();
});
