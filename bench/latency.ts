import { setTimeout as pause } from "node:timers/promises";
import { Scope } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import { startMesh, type Tiers } from "./support/mesh.ts";
import { startPeers } from "./support/peers.ts";
import { percentile, type Spread, spreadOf } from "./support/percentiles.ts";
import { type Run, unlessFailed } from "./support/run.ts";
import { StopwatchPublisher } from "./support/stopwatch-publisher.ts";
import { millis, spread, table } from "./support/table.ts";
import { numberOf } from "./support/test-stream.ts";
import { openViewer } from "./support/viewer.ts";
import { warmUp } from "./support/warm-up.ts";

/** Frames that go through each way before it is measured. */
const WARM_UP_FRAMES = 15_000;
/** Frames of a round's first while are not counted: the burst to who joins. */
const SETTLE_MS = 1_500;
/** What is still on its way when a round ends may arrive for so long. */
const REST_MS = 300;

const OURS = "millrace";

/** What is measured. */
export type LatencyOptions = {
	readonly tiers: readonly Tiers[];
	/** Length of a round. */
	readonly seconds: number;
	readonly rounds: number;
};

/** One way from the publisher to the viewer; milliseconds, the middle round and how far the rounds were apart. */
export type LatencyRow = {
	readonly name: string;
	/** Servers on the way. */
	readonly tiers: number;
	readonly p50: Spread;
	readonly p99: Spread;
	/** Frames sent in all rounds, and those of them that did not arrive. */
	readonly frames: number;
	readonly missing: number;
};

type Way = { readonly name: string; readonly tiers: number; readonly publish: string; readonly play: string };
type Round = { readonly delays: readonly number[]; readonly missing: number };

/** Measures the time from handing a frame to the kernel until a viewer has read it: through our tiers, then through each peer. */
export async function benchLatency(options: LatencyOptions, run: Run): Promise<LatencyRow[]> {
	await using scope = new Scope();
	run.say("starting the servers");
	const mesh = scope.use(await startMesh(options.tiers));
	const peers = (await startPeers()).map((peer) => scope.use(peer));
	const ways: Way[] = [
		...options.tiers.map((tiers) => ({
			name: `${OURS}, ${tiers} ${tiers === 1 ? "tier" : "tiers"}`,
			tiers,
			publish: mesh.origin,
			play: mesh.doors.get(tiers) ?? mesh.origin,
		})),
		...peers.map(({ name, rtmp }) => ({ name, tiers: 1, publish: rtmp, play: rtmp })),
	];
	const measured = new Map<Way, Round[]>(ways.map((way) => [way, []]));
	for (const way of ways) {
		run.say(`warming up: ${way.name}`);
		await warmUp(way, WARM_UP_FRAMES, run.signal);
	}
	for (let round = 1; round <= options.rounds; round++) {
		for (const [way, rounds] of measured) {
			run.say(`round ${round} of ${options.rounds}: ${way.name}`);
			rounds.push(await oneRound(way, options.seconds * 1_000, run.signal));
		}
	}
	return [...measured].map(([way, rounds]) => rowOf(way, rounds));
}

function rowOf({ name, tiers }: Way, rounds: readonly Round[]): LatencyRow {
	const missing = rounds.reduce((sum, round) => sum + round.missing, 0);
	return {
		name,
		tiers,
		p50: spreadOf(rounds.map(({ delays }) => percentile(delays, 0.5))),
		p99: spreadOf(rounds.map(({ delays }) => percentile(delays, 0.99))),
		frames: rounds.reduce((sum, { delays }) => sum + delays.length, missing),
		missing,
	};
}

const oneRound = (way: Way, span: number, ended: AbortSignal): Promise<Round> =>
	unlessFailed(ended, async (signal, fail) => {
		const delays: number[] = [];
		using publisher = await StopwatchPublisher.open([`${way.publish}/live/latency`], { signal, onLost: fail });
		const from = performance.now() + SETTLE_MS;
		using _viewer = openViewer(`${way.play}/live/latency`, {
			onPacket(packet, at) {
				if (!isFrame(packet)) return;
				const sentAt = publisher.sentAt(numberOf(packet)) ?? Number.POSITIVE_INFINITY;
				if (sentAt >= from && sentAt < from + span) delays.push(at - sentAt);
			},
			onEnd: fail,
		});
		await pause(SETTLE_MS + span + REST_MS, undefined, { signal });
		return { delays, missing: publisher.sentBetween(from, from + span) - delays.length };
	});

const isFrame = ({ role }: MediaPacket): boolean => role === "frame" || role === "keyframe";

/** For people: each row, what one more tier adds, and peers against one tier of ours. */
export function latencyTable(rows: readonly LatencyRow[]): string {
	const ours = rows.filter(({ name }) => name.startsWith(OURS));
	const cells = rows.map((row) => {
		const { name, p50, p99, frames, missing } = row;
		return [name, spread(p50), spread(p99), compared(row, ours), `${frames}`, `${missing}`];
	});
	return table(["ms, middle round (least–most)", "p50", "p99", "compared, p50", "frames", "missing"], cells);
}

function compared(row: LatencyRow, ours: readonly LatencyRow[]): string {
	if (ours.includes(row)) {
		const before = ours.filter(({ tiers }) => tiers < row.tiers).at(-1);
		if (!before) return "";
		return `+${millis((row.p50.median - before.p50.median) / (row.tiers - before.tiers))} a tier`;
	}
	const [first] = ours;
	return first?.tiers === 1 ? `${(row.p50.median / first.p50.median).toFixed(2)} × ours` : "";
}
