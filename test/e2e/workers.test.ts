import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { sessionPage } from "#shared/access/sessions";
import { systemClock } from "#shared/base/clock";
import { silentLogger } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import { newIncarnation, openNatsDirectory } from "#shared/mesh/control";
import { demoClip } from "../support/clip.ts";
import { Cluster, type ClusterNode } from "../support/cluster.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { millrace } from "../support/lab.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

/** Minutes of the demo, every frame of which is another. */
function longClip(seconds: number): MediaPacket[] {
	const [clip, times] = [demoClip(), Math.ceil(seconds / 10)];
	return Array.from({ length: times }, (_, round) =>
		clip
			.filter(({ role }) => round === 0 || role === "frame" || role === "keyframe")
			.map((packet) => ({
				...packet,
				time: packet.time + round * 10_000,
				payload: Buffer.concat([packet.payload, Buffer.of(round)]),
			})),
	).flat();
}

type Stage = { edge: ClusterNode; encoder: PacedEncoder; cluster: Cluster; viewers(count: number): TestViewer[] };

/** An origin, an edge of two workers and a live stream; everything ends with the test. */
async function stage(text = ""): Promise<Stage> {
	const cluster = await Cluster.start();
	onTestFinished(() => cluster[Symbol.asyncDispose]());
	const origin = await cluster.node("origin", "o1");
	const edge = await cluster.node("edge", "e1", `{workers: 2, log: {pretty: false}${text}}`);
	const encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], longClip(60));
	onTestFinished(() => encoder[Symbol.dispose]());
	const viewers = (count: number) =>
		Array.from({ length: count }, () => {
			const viewer = new TestViewer(`${edge.rtmp}/live/a`);
			onTestFinished(() => viewer[Symbol.dispose]());
			return viewer;
		});
	return { cluster, edge, encoder, viewers };
}

/** The process that is worker `number` now, as the edge's log tells. */
function pidOf({ program }: ClusterNode, number: number): number {
	const lines = program.output.split("\n").filter((line) => line.includes(`"worker":${number},"pid":`));
	return (JSON.parse(lines.at(-1) ?? "{}") as { pid: number }).pid;
}

/** A process that starts, or is found frozen and starts again, on a machine that has other things to do. */
const START = { timeout: 60_000 };

/** Each request finds the next worker. */
const CLOSE = { headers: { connection: "close" } };

const play = (viewer: TestViewer) => viewer.packets.length > 20;
const readersOf = ({ http }: ClusterNode, node: string) => metric(http, "millrace_readers", { node });

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

test("a worker that is killed takes only its own viewers along and is started again", async () => {
	const { edge, encoder, viewers } = await stage();
	const all = viewers(10);
	await expect.poll(() => all.every(play)).toBe(true);
	const its = await readersOf(edge, "e1-w1");
	expect(its).toBeGreaterThan(0);
	expect(await readersOf(edge, "e1-w2")).toBe(all.length - its);

	const killed = pidOf(edge, 1);
	process.kill(killed, "SIGKILL");
	await expect.poll(() => all.filter(({ ended }) => ended).length).toBe(its);
	const rest = all.filter(({ ended }) => !ended);
	// While it is away, and in every moment of its coming back, everyone finds a worker that takes them.
	const late: TestViewer[] = [];
	const comeOn = setInterval(() => late.push(...viewers(1)), 25);
	onTestFinished(() => clearInterval(comeOn));
	await expect.poll(() => metric(edge.http, "millrace_worker_restarts_total")).toBe(1);
	await expect.poll(() => pidOf(edge, 1), START).not.toBe(killed);
	clearInterval(comeOn);
	await expect.poll(() => late.filter((viewer) => !play(viewer)).map(({ ended }) => ended?.message)).toEqual([]);
	const later = viewers(4);
	await expect.poll(() => later.every(play)).toBe(true);
	expect(await readersOf(edge, "e1-w1")).toBeGreaterThan(0);
	for (const viewer of [...rest, ...late, ...later]) {
		expect(viewer.ended).toBeUndefined();
		expect(judge(encoder.sent, viewer.packets, { ended: false })).toMatchObject(FLAWLESS);
	}
});

test("when all workers are killed at once, they come back on the same ports", async () => {
	const { edge, viewers } = await stage();
	const killed = [1, 2].map((number) => pidOf(edge, number));
	for (const pid of killed) process.kill(pid, "SIGKILL");
	await expect.poll(() => [1, 2].every((number) => !killed.includes(pidOf(edge, number))), START).toBe(true);
	const late = viewers(4);
	await expect.poll(() => late.every(play)).toBe(true);
	expect((await readersOf(edge, "e1-w1")) + (await readersOf(edge, "e1-w2"))).toBe(late.length);
});

test("a frozen worker holds up one newcomer at most, and makes place for another after ten seconds", async () => {
	const { edge, viewers } = await stage();
	const frozen = pidOf(edge, 1);
	process.kill(frozen, "SIGSTOP");
	const all = viewers(10);
	await expect.poll(() => all.filter(play).length).toBeGreaterThanOrEqual(9);
	// One of these may be held up too. What the other worker shows does not wait for the frozen one.
	const asked = Array.from({ length: 2 }, async () => (await fetch(`${edge.http}/metrics`)).text());
	for (const text of asked) text.catch(() => {});
	const lines = await Promise.any(asked);
	expect(lines).toContain('millrace_readers{node="e1-w2",role="edge"}');
	expect(lines).not.toContain('node="e1-w1"');
	await expect.poll(() => pidOf(edge, 1), START).not.toBe(frozen);
	expect(isRunning(frozen)).toBe(false);
	expect(all.filter(({ ended }) => ended).length).toBeLessThanOrEqual(1);
	const late = viewers(4);
	await expect.poll(() => late.every(play)).toBe(true);
});

test("those who run the service have one listener and one list of sessions for all workers, also after a restart", async () => {
	const { edge, viewers } = await stage(", admin: {port: 0}");
	const all = viewers(4);
	await expect.poll(() => all.every(play)).toBe(true);
	const readers = () => metric(edge.admin, "millrace_readers");
	expect([await readers(), (await fetch(`${edge.http}/metrics`)).status]).toEqual([all.length, 404]);
	// Whichever worker is asked knows the viewers of both, and ends them.
	const its = await metric(edge.admin, "millrace_readers", { node: "e1-w1" });
	expect(its).toSatisfy((count: number) => count > 0 && count < all.length);
	const listed = `${edge.admin}/api/v1/sessions`;
	const first = sessionPage.parse(await (await fetch(`${listed}?limit=3`, CLOSE)).json());
	const second = sessionPage.parse(await (await fetch(`${listed}?after=${first.next}`, CLOSE)).json());
	const ids = [...first.sessions, ...second.sessions].map(({ id }) => id);
	expect([first.total, new Set(ids).size, second.next]).toEqual([all.length, all.length, undefined]);
	for (const [ended, id] of ids.entries()) {
		expect(await (await fetch(`${listed}/${id}`, CLOSE)).json()).toMatchObject({ id, action: "play", key: "live/a" });
		expect((await fetch(`${listed}/${id}`, { ...CLOSE, method: "DELETE" })).status).toBe(200);
		await expect.poll(() => all.filter(({ ended: how }) => how).length).toBe(ended + 1);
	}
	expect((await fetch(`${listed}/${ids[0]}`, CLOSE)).status).toBe(404);
	const killed = pidOf(edge, 1);
	process.kill(killed, "SIGKILL");
	await expect.poll(() => pidOf(edge, 1), START).not.toBe(killed);
	const shown = async () => (await fetch(`${edge.admin}/metrics`, CLOSE)).text();
	for (let round = 0; round < 4; round++) await expect.poll(shown).toMatch(/node="e1-w1"[\s\S]*node="e1-w2"/);
});

test("SIGTERM drains all workers: nobody new gets in, viewers have their time, then all is over", async () => {
	const { edge, viewers } = await stage(", drainMs: 1500");
	const all = viewers(4);
	await expect.poll(() => all.every(play)).toBe(true);
	const pids = [1, 2].map((number) => pidOf(edge, number));
	edge.program.signal("SIGTERM");
	await expect.poll(() => edge.program.output.match(/"draining"/g)?.length).toBe(2);
	const [late] = viewers(1);
	await expect.poll(() => late?.ended?.message).toMatch(/connection (refused|reset)/);
	const before = all.map(({ packets }) => packets.length);
	await expect.poll(() => all.every(({ packets }, place) => packets.length > (before[place] ?? 0))).toBe(true);
	expect(await edge.program.exited).toEqual({ code: 0, signal: null });
	expect(pids.some(isRunning)).toBe(false);
});

test("SIGINT stops all workers at once", async () => {
	const { edge, viewers } = await stage(", drainMs: 60000");
	const all = viewers(4);
	await expect.poll(() => all.every(play)).toBe(true);
	const pids = [1, 2].map((number) => pidOf(edge, number));
	edge.program.signal("SIGINT");
	expect(await edge.program.exited).toEqual({ code: 0, signal: null });
	expect(pids.some(isRunning)).toBe(false);
	expect(edge.program.output).not.toContain('"worker died"');
});

test("workers end with the process that started them, however it ends", async () => {
	const { edge } = await stage();
	const pids = [1, 2].map((number) => pidOf(edge, number));
	edge.program.signal("SIGKILL");
	await expect.poll(() => pids.some(isRunning)).toBe(false);
});

test("one worker can be drained: its place stays empty, and with the last one the edge ends", async () => {
	const { cluster, edge, viewers } = await stage(", drainMs: 2000");
	const self = { id: "operator", role: "edge", group: "operator", rank: "primary" } as const;
	await using directory = openNatsDirectory(
		{ servers: [cluster.nats.url] },
		{
			cluster: "default",
			self: {
				...self,
				rtmp: "rtmp://127.0.0.1:1",
				http: "http://127.0.0.1:1",
				incarnation: newIncarnation(),
				version: "0",
			},
			follow: () => false,
			clock: systemClock,
			log: silentLogger(),
			count: () => {},
		},
	);
	const ids = () => directory.nodes().flatMap(({ info }) => (info.role === "edge" ? [info.id] : []));
	await expect.poll(() => ids().sort()).toEqual(["e1-w1", "e1-w2"]);
	expect(directory.node("e1-w1")?.info).toMatchObject({ group: "e1", rtmp: edge.rtmp, http: edge.http });
	const all = viewers(8);
	await expect.poll(() => all.every(play)).toBe(true);
	const its = await readersOf(edge, "e1-w1");
	expect(its).toBeGreaterThan(0);
	directory.askToDrain("e1-w1");
	await expect.poll(() => edge.program.output).toContain('"draining"');
	// Whoever comes while its viewers finish finds the other one, on either port.
	const late = viewers(4);
	for (const _ of late) {
		expect((await fetch(`${edge.http}/readyz`, { headers: { connection: "close" } })).status).toBe(200);
	}
	await expect.poll(() => late.every(play)).toBe(true);
	await expect.poll(ids).toEqual(["e1-w2"]);
	await expect.poll(() => all.filter(({ ended }) => ended).length).toBe(its);
	expect(await readersOf(edge, "e1-w2")).toBe(all.length - its + late.length);
	for (const viewer of [...all, ...late]) viewer[Symbol.dispose]();
	directory.askToDrain("e1-w2");
	expect(await edge.program.exited).toEqual({ code: 0, signal: null });
});

test("a port that is taken is said once, and nothing is left running", async () => {
	const taken = createServer();
	onTestFinished(() => void taken.close());
	await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
	const address = taken.address();
	const port = typeof address === "object" ? address?.port : undefined;
	const ports = { MILLRACE_RTMP_PORT: `${port}`, MILLRACE_HTTP_PORT: "0" };
	// It ends when the last that holds its output does.
	expect(await millrace(["edge"], { ...ports, MILLRACE_WORKERS: "2", MILLRACE_NATS_SERVERS: "false" })).toMatchObject({
		code: 1,
		stderr: `rtmp 127.0.0.1:${port} is taken by another program: stop it or choose another port\n`,
	});
});
