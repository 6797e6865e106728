import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { Cluster } from "../support/cluster.ts";
import { compiled } from "../support/compiled.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { Program } from "../support/process.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";

const NODES = 150;
const STREAMS = 20_000;
const MIB = 1024 * 1024;
/** What is remembered of streams and what waits to be taken in, and twice as much for garbage not collected yet. */
const MAX_GROWTH = 3 * (128 + 32) * MIB;

/** A stall beyond what a busy machine of many tests makes by itself. */
const MAX_STALL_MS = 2_000;

const residentBytes = (pid: number): number =>
	Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

test("150 nodes of 20,000 streams each cost an edge a bounded memory, its viewers no stall, and real nodes no stream", async () => {
	await using cluster = await Cluster.start();
	const origin = await cluster.node("origin", "o1");
	const edge = await cluster.node("edge", "e1", "waitMs: 20000");
	const pid = edge.pid;
	const args = [compiled("test/support/announcement-flood.ts"), cluster.nats.url, `${NODES}`, `${STREAMS}`];
	await using flood = new Program(process.execPath, args, { apt: "nodejs", ipc: true });
	await once(flood.child, "message");
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const clip = demoClip();
	const holdUntil = () => viewer.packets.length > 0;
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], clip, { holdUntil });
	await expect.poll(holdUntil).toBe(true);
	const before = residentBytes(pid);
	let peak = before;
	let longest = 0;
	let last = { count: viewer.packets.length, at: performance.now() };
	const watch = setInterval(() => {
		if (viewer.packets.length === last.count) return;
		longest = Math.max(longest, performance.now() - last.at);
		last = { count: viewer.packets.length, at: performance.now() };
	}, 1);
	const weigh = setInterval(() => {
		peak = Math.max(peak, residentBytes(pid));
	}, 100);
	try {
		flood.child.send("speak");
		await encoder.done;
		await expect.poll(() => metric(edge.http, "millrace_streams_offered"), { timeout: 60_000 }).toBeGreaterThan(1_000);
	} finally {
		clearInterval(watch);
		clearInterval(weigh);
	}
	await expect.poll(() => judge(clip, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	expect(await metric(edge.http, "millrace_nodes")).toBe(NODES + 1);
	// What a real node begins in the middle of it is found at once.
	using late = new TestPublisher(`${origin.rtmp}/live/late`);
	await late.ready;
	late.send(clip.slice(0, 50));
	using lateViewer = new TestViewer(`${edge.rtmp}/live/late`);
	await expect.poll(() => lateViewer.packets.length).toBeGreaterThan(0);
	expect(peak - before).toBeLessThan(MAX_GROWTH);
	expect(longest).toBeLessThan(MAX_STALL_MS);
}, 110_000);
