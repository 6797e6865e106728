import { setTimeout as pause } from "node:timers/promises";
import type { Millis } from "#shared/base/clock";
import { PeerLostError } from "#shared/base/errors";
import { Scope } from "#shared/base/runtime";
import { metric } from "../test/support/metrics.ts";
import { publishAll } from "./merge/feeds.ts";
import { type MeasuredRelay, type MergeCase, startRelays } from "./merge/relays.ts";
import { startCluster, untilCold } from "./support/mesh.ts";
import { type Spread, spreadOf } from "./support/percentiles.ts";
import { cpuMicros } from "./support/process-figures.ts";
import { type Run, unlessFailed } from "./support/run.ts";
import { millis, spread, table } from "./support/table.ts";
import { openViewer } from "./support/viewer.ts";

/** Before the first round every relay works for so long: its code is compiled then. */
const WARM_UP_MS: Millis = 8_000;
/** Feeds are recognised and bursts to who joins are over. */
const SETTLE_MS: Millis = 2_500;
/** Pictures and sound of the test stream in a second. */
const PACKETS_A_SECOND = 30 + 48_000 / 1_024;
/** A round in which so much of the media is missing was measured on a machine that does not keep up. */
const LEAST_SHARE = 0.95;
/** Where a feed too few or too many came, something else was measured. */
const FEED_TOLERANCE = 0.1;

/** What is measured. */
export type MergeOptions = { readonly streams: number; readonly seconds: number; readonly rounds: number };

/** One case; the middle round and how far the rounds were apart. */
export type MergeRow = {
	readonly name: MergeCase;
	/** CPU of the relay in microseconds for each second of each stream, user and system. */
	readonly cpuUs: Spread;
	/** The same against one feed in the same round. */
	readonly ratio: Spread;
	/** Packets the relay received for each second of each stream. */
	readonly packetsIn: number;
};

type Round = { readonly cpuUs: number; readonly packetsIn: number };

/** What a second feed of every stream costs a relay that writes each stream to one viewer. */
export const benchMerge = (options: MergeOptions, run: Run): Promise<MergeRow[]> =>
	unlessFailed(run.signal, async (signal, fail) => {
		await using scope = new Scope();
		run.say("starting the servers");
		const { origins, relays } = await startRelays(scope.use(await startCluster()));
		const keys = Array.from({ length: options.streams }, (_, index) => `live/merge${index + 1}`);
		scope.use(await publishAll({ keys, origins, signal, onLost: fail }));
		for (const relay of relays) {
			run.say(`warming up: ${relay.name}`);
			await measure(relay, keys, WARM_UP_MS, signal);
		}
		const rounds = new Map<MergeCase, Round[]>(relays.map(({ name }) => [name, []]));
		for (let round = 1; round <= options.rounds; round++) {
			// Back and forth, so that none is always first.
			for (const relay of round % 2 === 1 ? relays : relays.toReversed()) {
				run.say(`round ${round} of ${options.rounds}: ${relay.name}`);
				rounds.get(relay.name)?.push(await measure(relay, keys, options.seconds * 1_000, signal));
			}
		}
		return rowsOf(rounds);
	});

const measure = (relay: MeasuredRelay, keys: readonly string[], span: Millis, ended: AbortSignal): Promise<Round> =>
	unlessFailed(ended, async (signal, fail) => {
		let seen = 0;
		const viewers = keys.map((key) =>
			openViewer(`${relay.node.rtmp}/${key}`, {
				onPacket: ({ role }) => {
					if (role === "frame" || role === "keyframe") seen++;
				},
				onEnd: fail,
			}),
		);
		try {
			const receivedBefore = await relay.receive(keys);
			const askedAt = performance.now();
			await pause(SETTLE_MS, undefined, { signal });
			const packetsBefore = await packetsInto(relay);
			const [cpu, at] = [cpuMicros(relay.node.pid), performance.now()];
			seen = 0;
			await pause(span, undefined, { signal });
			const streamSeconds = (keys.length * (performance.now() - at)) / 1_000;
			const cpuUs = (cpuMicros(relay.node.pid) - cpu) / streamSeconds;
			const share = seen / streamSeconds / PACKETS_A_SECOND;
			if (share < LEAST_SHARE) {
				throw new PeerLostError(`${relay.name}: viewers got ${Math.round(share * 100)} % of the frames; ask for fewer`);
			}
			const pulled = ((await packetsInto(relay)) - packetsBefore) / streamSeconds;
			const besides = (await relay.receive([])) - receivedBefore;
			const askedFor = (keys.length * (performance.now() - askedAt)) / 1_000;
			return { cpuUs, packetsIn: pulled + besides / askedFor };
		} finally {
			for (const viewer of viewers) viewer[Symbol.dispose]();
			await untilCold(relay.node);
		}
	});

const packetsInto = (relay: MeasuredRelay): Promise<number> =>
	metric(relay.node.http, "millrace_media_packets_in_total");

function rowsOf(measured: ReadonlyMap<MergeCase, readonly Round[]>): MergeRow[] {
	const single = measured.get("one feed") ?? [];
	return [...measured].map(([name, rounds]) => {
		const packetsIn = spreadOf(rounds.map((round) => round.packetsIn)).median;
		const feeds = name === "one feed" ? 1 : 2;
		if (Math.abs(packetsIn / PACKETS_A_SECOND / feeds - 1) > FEED_TOLERANCE) {
			throw new PeerLostError(`${name}: ${Math.round(packetsIn)} packets of a stream came in a second`);
		}
		return {
			name,
			cpuUs: spreadOf(rounds.map(({ cpuUs }) => cpuUs)),
			ratio: spreadOf(rounds.map(({ cpuUs }, round) => cpuUs / (single[round]?.cpuUs ?? Number.NaN))),
			packetsIn,
		};
	});
}

/** For people: each case, and below what receiving the second feed costs and what merging it costs. */
export function mergeTable(rows: readonly MergeRow[]): string {
	const cells = rows.map(({ name, cpuUs, ratio, packetsIn }) => [
		name,
		spread(cpuUs),
		spread(ratio),
		packetsIn.toFixed(0),
	]);
	const head = ["CPU µs per relayed stream-second, middle round (least–most)", "CPU", "× one feed", "packets in"];
	return [table(head, cells), ...sharesOf(rows)].join("\n");
}

/** By the ratios, whose rounds were measured side by side: what the machine does beside differs from round to round. */
function sharesOf(rows: readonly MergeRow[]): string[] {
	const [one, received, merged] = rows;
	if (!one || !received || !merged) return [];
	const share = (part: number): string =>
		`${(part * 100).toFixed(0)} % of one feed, ${millis(part * one.cpuUs.median)} µs`;
	return [
		"",
		`a second feed in all       ${share(merged.ratio.median - 1)}`,
		`to receive and parse it    ${share(received.ratio.median - 1)}`,
		`to recognise and merge it  ${share(merged.ratio.median - received.ratio.median)}`,
	];
}
