import { connect } from "node:net";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { Hub, type JoinOptions, type Reader } from "#shared/media/stream";
import type { Edge } from "../../services/edge/edge.ts";
import { framesOf, idOf } from "../support/clip.ts";
import { judge } from "../support/frame-judge.ts";
import { type ClipSize, longClip } from "../support/long-clip.ts";
import { bytesHeld } from "../support/memory.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestPublisher } from "../support/rtmp-peer.ts";
import { DOORS, type Door, SlowReader } from "../support/slow-reader.ts";

const MIB = 1024 * 1024;
/** A few times what the kernel takes of a connection nobody reads. */
const BROAD: ClipSize = { seconds: 65, keyframeBytes: 60_000, frameBytes: 20_000 };
const QUEUE = 4 * MIB;
const HISTORY = 2 * MIB;
const LIMITS = `readerBytes: ${QUEUE}, historyBytes: ${HISTORY}`;

/** What is beside the queue: a flush with a packet more than it is meant to hold, and what a socket is handed at a time. */
const ONE_WRITE = 256 * 1024;

type Stage = { edge: Edge; encoder: PacedEncoder; clip: readonly MediaPacket[] };

/** An origin and an edge; they end with the test. */
async function servers(text: string, limits = LIMITS) {
	const mesh = new TestMesh();
	onTestFinished(() => mesh[Symbol.asyncDispose]());
	const origin = await mesh.origin("o1", { text: `limits: {${limits}}` });
	const edge = await mesh.edge("e1", {
		text: `{limits: {${limits}, ${text}}, keepMs: 0, waitMs: 10000, idleMs: 60000}`,
	});
	return { origin, edge };
}

/** An edge and an origin with a live stream, faster than real time; everything ends with the test. */
async function stage(text: string, { speed, size }: { speed: number; size: ClipSize }): Promise<Stage> {
	const { origin, edge } = await servers(text);
	const joined = vi.spyOn(Hub.prototype, "join");
	const started = await encode(origin, { speed, size, holdUntil: () => joined.mock.calls.length >= 2 });
	return { edge, ...started };
}

/** Streams `a` and `b` at an origin; they end with the test. */
async function encode(
	origin: { rtmp: string },
	{ size, ...pace }: { speed: number; size: ClipSize; holdUntil?(): boolean },
) {
	const clip = longClip(size);
	const encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`, `${origin.rtmp}/live/b`], clip, pace);
	onTestFinished(() => encoder[Symbol.dispose]());
	return { encoder, clip };
}

/** The same with a stream that goes as fast as the edge takes it: `feed` brings it up to this second of the clip. */
async function fed(text: string, size: ClipSize, limits = LIMITS) {
	const { origin, edge } = await servers(text, limits);
	vi.spyOn(Hub.prototype, "join");
	const clip = longClip(size);
	const publisher = new TestPublisher(`${origin.rtmp}/live/a`);
	onTestFinished(() => publisher[Symbol.dispose]());
	await publisher.ready;
	let sent = 0;
	const feed = async (second: number): Promise<void> => {
		const end = clip.findIndex(({ time }) => time >= second * 1000);
		publisher.send(clip.slice(sent, end < 0 ? undefined : end));
		sent = end < 0 ? clip.length : end;
		const hub = [...edge.relay.streams.values()][0]?.hub;
		if (hub)
			await vi.waitFor(() => expect(hub.packetsIn).toBeGreaterThanOrEqual(sent), { interval: 2, timeout: 10_000 });
	};
	return { edge, clip, feed };
}

afterEach(() => {
	vi.restoreAllMocks();
});

function viewer({ edge }: Pick<Stage, "edge">, door: Door): SlowReader {
	const reader = new SlowReader(edge, door, "a");
	onTestFinished(() => reader[Symbol.dispose]());
	return reader;
}

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

/** A minute of 200 viewers a second. */
const VISITS = 12_000;
const AT_ONCE = 40;

/** `enough`: more than all a server says before the first frame. */
type Visit = { readonly url: string; readonly opening: Buffer; readonly enough: number };

/** All that a player says up to `play`, as one of ours says it; a server does not mind to hear it at once. */
async function rtmpOpening(url: string, name: string): Promise<Visit> {
	using client = await RawClient.connect(url);
	client.tell("play", await client.createStream(), name);
	return { url, opening: Buffer.concat(client.wire.sent), enough: 6_000 };
}

const httpOpening = (url: string, name: string): Visit => ({
	url,
	opening: Buffer.from(`GET /live/${name}.flv HTTP/1.1\r\nHost: edge\r\n\r\n`),
	enough: 2_000,
});

/** Comes, and goes by a reset: at once, or when it has seen something. */
function visit({ url, opening, enough }: Visit, leavesAtOnce: boolean): Promise<void> {
	const { hostname, port } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port) });
	let received = 0;
	const leave = () => void socket.resetAndDestroy();
	socket.on("connect", () => socket.write(opening, () => leavesAtOnce && setImmediate(leave)));
	socket.on("error", () => {});
	socket.on("data", ({ length }) => {
		received += length;
		if (received >= enough) leave();
	});
	return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** What keeps this process busy, by kind. */
const resources = (kind: "Timeout" | "TCPSocketWrap"): number =>
	process.getActiveResourcesInfo().filter((one) => one === kind).length;

test("12,000 viewers that come and go leave nothing behind", { timeout: 120_000 }, async () => {
	const size = { seconds: 300, keyframeBytes: 5000, frameBytes: 500 };
	// A history that is full at once: what visits leave is not hidden by it.
	const { origin, edge } = await servers("evictMs: 60000", `readerBytes: ${QUEUE}, historyBytes: 65536`);
	await encode(origin, { speed: 1, size });
	const kinds = await Promise.all(
		["a", "b", "nobody"].map(async (name) => [await rtmpOpening(edge.rtmp, name), httpOpening(edge.http, name)]),
	);
	/** Most watch `a`; `b` is pulled anew for each of its few; what `nobody` has is waited for until the viewer leaves. */
	const one = (number: number): Promise<void> => {
		const kind = kinds[number % 100 < 2 ? 1 : number % 10 === 9 ? 2 : 0]?.[number % 2];
		return kind ? visit(kind, number % 10 === 9 || number % 5 === 0) : Promise.resolve();
	};
	const visits = async (count: number): Promise<void> => {
		let next = 0;
		const come = async (): Promise<void> => {
			while (next < count) await one(next++);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, come));
	};
	const rest = async () => ({
		readers: await metric(edge.http, "millrace_readers"),
		connections: await metric(edge.http, "millrace_connections"),
		streams: edge.relay.streams.size,
	});
	await visits(AT_ONCE * 10);
	await expect.poll(rest).toEqual({ readers: 0, connections: 0, streams: 0 });
	const before = { timers: resources("Timeout"), sockets: resources("TCPSocketWrap"), held: bytesHeld() };
	await visits(VISITS);
	await expect.poll(rest).toEqual({ readers: 0, connections: 0, streams: 0 });
	expect(await metric(edge.http, "millrace_plays_total", { outcome: "accepted" })).toBeGreaterThan(VISITS / 2);
	// Looking and the encoder have some of their own at times; what visits leave would be thousands.
	await expect.poll(() => resources("Timeout")).toBeLessThan(before.timers + AT_ONCE);
	await expect.poll(() => resources("TCPSocketWrap")).toBeLessThan(before.sockets + AT_ONCE);
	// Less than 200 bytes a visit.
	await expect.poll(() => bytesHeld() - before.held).toBeLessThan(2 * MIB);
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
