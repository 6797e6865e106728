import { setTimeout as pause } from "node:timers/promises";
import { PeerLostError } from "#shared/base/errors";
import { Scope } from "#shared/base/runtime";
import { startMesh } from "./support/mesh.ts";
import { startPeers } from "./support/peers.ts";
import { percentile } from "./support/percentiles.ts";
import { firstOf, type Run, unlessFailed } from "./support/run.ts";
import { StopwatchPublisher } from "./support/stopwatch-publisher.ts";
import { millis, table } from "./support/table.ts";
import { openViewer } from "./support/viewer.ts";

/** Long enough for every server to have a keyframe, and for the paths that are measured warm to be warm. */
const SETTLE_MS = 1_500;
/** Viewers come at any moment of a group of pictures: the golden ratio spreads few of them evenly over its second. */
const NEXT_PHASE = 0.618_034;
const GROUP_MS = 1_000;
/** A server without a keyframe after so many groups has none. */
const KEYFRAME_WITHIN_MS = 10 * GROUP_MS;
/** The pause between two viewers, besides. */
const BETWEEN_MS = 100;

/** One case; milliseconds from the dial until the first keyframe is whole. */
export type JoinRow = {
	readonly name: string;
	readonly p50: number;
	readonly p90: number;
	readonly most: number;
	readonly runs: number;
};

type Case = {
	readonly name: string;
	readonly publish: string;
	readonly play: string;
	/** Whether another viewer holds the stream. */
	readonly isHeld: boolean;
	/** Waits for what must be so before each run. */
	ready(): Promise<void>;
};

/** Measures how long a viewer waits for its first picture, `runs` times in each case. */
export async function benchJoin({ runs }: { runs: number }, run: Run): Promise<JoinRow[]> {
	await using scope = new Scope();
	run.say("starting the servers");
	const mesh = scope.use(await startMesh([3]));
	const peers = (await startPeers()).map((peer) => scope.use(peer));
	const edge = mesh.doors.get(3) ?? mesh.origin;
	const nothing = async (): Promise<void> => {};
	const cases: Case[] = [
		{ name: "millrace, running at the edge", publish: mesh.origin, play: edge, isHeld: true, ready: nothing },
		{
			name: "millrace, cold through 3 tiers",
			publish: mesh.origin,
			play: edge,
			isHeld: false,
			ready: () => mesh.cold(run.signal),
		},
		...peers.map(({ name, rtmp }) => ({
			name: `${name}, running`,
			publish: rtmp,
			play: rtmp,
			isHeld: true,
			ready: nothing,
		})),
	];
	const rows: JoinRow[] = [];
	for (const one of cases) {
		run.say(`${one.name}: ${runs} runs`);
		rows.push(await measure(one, runs, run.signal));
	}
	return rows;
}

const measure = (one: Case, runs: number, ended: AbortSignal): Promise<JoinRow> =>
	unlessFailed(ended, async (signal, fail) => {
		const play = `${one.play}/live/join`;
		using _publisher = await StopwatchPublisher.open([`${one.publish}/live/join`], { signal, onLost: fail });
		using _holder = one.isHeld ? openViewer(play, { onPacket: () => {}, onEnd: fail }) : undefined;
		await pause(SETTLE_MS, undefined, { signal });
		const waits: number[] = [];
		for (let count = 0; count < runs; count++) {
			await one.ready();
			await pause(BETWEEN_MS + ((count * NEXT_PHASE) % 1) * GROUP_MS, undefined, { signal });
			waits.push(await timeToKeyframe(play, signal));
		}
		return {
			name: one.name,
			p50: percentile(waits, 0.5),
			p90: percentile(waits, 0.9),
			most: percentile(waits, 1),
			runs,
		};
	});

const timeToKeyframe = (url: string, ended: AbortSignal): Promise<number> =>
	unlessFailed(ended, async (signal, fail) => {
		const keyframe = firstOf<number>(signal);
		const timer = setTimeout(() => fail(noKeyframe(url)), KEYFRAME_WITHIN_MS);
		try {
			using viewer = openViewer(url, {
				onPacket({ role }, at) {
					if (role === "keyframe") keyframe.give(at);
				},
				onEnd: fail,
			});
			return (await keyframe.value) - viewer.dialledAt;
		} finally {
			clearTimeout(timer);
		}
	});

const noKeyframe = (url: string): Error => new PeerLostError(`${url}: no keyframe within ${KEYFRAME_WITHIN_MS} ms`);

/** For people. */
export function joinTable(rows: readonly JoinRow[]): string {
	const cells = rows.map(({ name, p50, p90, most, runs }) => [name, millis(p50), millis(p90), millis(most), `${runs}`]);
	return table(["ms from the dial to the first whole keyframe", "p50", "p90", "most", "runs"], cells);
}
