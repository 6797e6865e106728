import { setTimeout as pause } from "node:timers/promises";
import type { Millis } from "#shared/base/clock";
import { readCodecConfig } from "#shared/formats/codec";
import type { MediaPacket } from "#shared/formats/packet";
import { Packager, type PackagerOptions } from "#shared/media/package";
import type { StreamItem } from "#shared/media/stream";
import { type Spread, spreadOf } from "./support/percentiles.ts";
import { spread, table } from "./support/table.ts";
import { testFrames, testHeaders } from "./support/test-stream.ts";

const OPTIONS: Omit<PackagerOptions, "partMs"> = { segmentMs: 2000, windowSegments: 12, windowBytes: 64 * 1024 * 1024 };
const PARTS_MS: readonly Millis[] = [500, 200];
/** 2026-01-01, in ticks. */
const BEGIN = 1_767_225_600 * 90_000;
/** Buffers are given back a little after their collection. */
const COLLECT_MS: Millis = 50;
const MICROS_PER_SECOND = 1_000_000;

/** What is measured. */
export type PackageOptions = { readonly streams: number; readonly seconds: number; readonly rounds: number };

/** One length of parts. */
export type PackageRow = {
	readonly partMs: Millis;
	/** CPU microseconds for each second of one stream of 1.1 Mb/s, user and system. */
	readonly cpuUs: Spread;
	/** Percent of a core that one stream takes. */
	readonly corePercent: number;
	/** Bytes of the segments and parts one stream holds when its window is full. */
	readonly windowBytes: number;
	/** What the process grew by for each stream, over the bytes of its window. */
	readonly memoryRatio: number;
};

/** Packages streams of 1.1 Mb/s as fast as it goes, as packet by packet as they come. */
export async function benchPackage(options: PackageOptions, signal: AbortSignal): Promise<PackageRow[]> {
	const rows: PackageRow[] = [];
	packageOne(streamItems(options.seconds), 500);
	for (const partMs of PARTS_MS) {
		const rounds: number[] = [];
		for (let round = 0; round < options.rounds; round++) {
			await pause(0, undefined, { signal });
			rounds.push(cpuOf(partMs, options.seconds));
		}
		const cpuUs = spreadOf(rounds);
		const corePercent = (cpuUs.median / MICROS_PER_SECOND) * 100;
		rows.push({ partMs, cpuUs, corePercent, ...(await memoryOf(partMs, options)) });
	}
	return rows;
}

function cpuOf(partMs: Millis, seconds: number): number {
	const items = streamItems(seconds);
	const before = process.cpuUsage();
	packageOne(items, partMs);
	const { user, system } = process.cpuUsage(before);
	return (user + system) / seconds;
}

/** Each stream has packets of its own, which are garbage once they are packaged. */
async function memoryOf(partMs: Millis, { streams, seconds }: PackageOptions) {
	await collect();
	const before = held();
	const kept = Array.from({ length: streams }, () => packageOne(streamItems(seconds), partMs));
	await collect();
	const each = (held() - before) / streams;
	const windowBytes = kept.reduce((sum, { bytes }) => sum + bytes, 0) / streams;
	return { windowBytes, memoryRatio: each / windowBytes };
}

function held(): number {
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

/** Only where Node was started with --expose-gc the figure is without what is merely not collected yet. */
async function collect(): Promise<void> {
	for (let turn = 0; turn < 3; turn++) {
		globalThis.gc?.();
		await pause(COLLECT_MS);
	}
}

function packageOne(items: readonly StreamItem[], partMs: Millis): Packager {
	const packager = new Packager({ ...OPTIONS, partMs });
	for (const item of items) packager.take([item]);
	return packager;
}

function streamItems(seconds: number): StreamItem[] {
	const items: StreamItem[] = testHeaders().flatMap((view) => {
		// Not a view of the whole clip, which would be held with it.
		const header = { ...view, payload: Uint8Array.from(view.payload) };
		const config = readCodecConfig(header);
		return config ? [{ type: "config" as const, track: config.kind, config, header }] : [];
	});
	let begun = -1;
	for (const frame of testFrames()) {
		if (frame.time >= seconds * 1000) return items;
		const number = Math.floor(frame.time / OPTIONS.segmentMs);
		const begins = frame.role === "keyframe" && number > begun;
		if (begins) begun = number;
		const mark = { number, begin: BEGIN + frame.time * 90, discontinuity: false, discontinuities: 0 };
		const packet: MediaPacket = begins ? { ...frame, mark } : frame;
		items.push({ type: "packet", packet });
	}
	return items;
}

/** For people. */
export function packageTable(rows: readonly PackageRow[]): string {
	const cells = rows.map(({ partMs, cpuUs, corePercent, windowBytes, memoryRatio }) => [
		`${partMs} ms`,
		spread(cpuUs),
		corePercent.toFixed(2),
		(windowBytes / 1_000_000).toFixed(2),
		memoryRatio.toFixed(2),
	]);
	return table(["parts", "CPU µs per stream-second", "% of a core", "window MB", "memory × window"], cells);
}
