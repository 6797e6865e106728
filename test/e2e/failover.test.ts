import { test } from "vitest";
import { demoClip, framesOf } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const clip = demoClip().filter(({ time }) => time < 7000);

test.concurrent.for(["SIGKILL", "SIGSTOP"] as const)(
	"one encoder, two origins, and one of them gets %s: viewers get every frame once, times rising",
	async (signal, { expect }) => {
		await using cluster = await Cluster.start();
		const [hot, cold, ...origins] = await Promise.all([
			cluster.node("edge", "hot", "{waitMs: 30000, standby: 1}"),
			cluster.node("edge", "cold", "{waitMs: 30000, standby: 0}"),
			cluster.node("origin", "o1"),
			cluster.node("origin", "o2"),
		]);
		using atHot = new TestViewer(`${hot.rtmp}/live/cam`);
		using atCold = new TestViewer(`${cold.rtmp}/live/cam`);
		const viewers = [atHot, atCold];
		const urls = origins.map(({ rtmp }) => `${rtmp}/live/cam`);
		const holdUntil = () => viewers.every(({ packets }) => packets.length > 0);
		using encoder = await PacedEncoder.start(urls, clip, { holdUntil });
		await expect.poll(() => framesOf(atCold.packets).length, { timeout: 20_000 }).toBeGreaterThan(150);
		// The encoder and the hot edge are connected to both origins, the cold one to a single one: that is the one to lose.
		const connections = () => Promise.all(origins.map(({ http }) => metric(http, "millrace_connections")));
		await expect.poll(async () => (await connections()).toSorted()).toEqual([2, 3]);
		origins[(await connections()).indexOf(3)]?.program.signal(signal);
		await encoder.done;
		for (const [name, viewer] of Object.entries({ atHot, atCold })) {
			const verdict = () => judge(clip, viewer.packets, { ended: true });
			await expect.poll(verdict, { timeout: 5_000, message: name }).toMatchObject(FLAWLESS);
			expect(viewer.ended).toBeUndefined();
		}
		expect(await metric(cold.http, "millrace_upstream_switches_total")).toBeGreaterThan(0);
	},
);
