import { expect, test } from "vitest";
import { type Clock, ManualClock, systemClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { pull } from "#shared/mesh/upstream";
import { demoClip, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestPublisher } from "../support/rtmp-peer.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");
const IDLE_MS = 1000;

/** Pulls the stream from a node; what came and how it ended. */
function pullFrom(
	rtmp: string,
	clock: Clock,
	{ take = () => {}, depth = 0 }: { take?: () => void; depth?: number } = {},
) {
	const { hostname, port } = new URL(rtmp);
	const seen = { packets: 0, last: "", isFlowing: false, lost: [] as string[] };
	const stop = pull({
		key,
		server: { id: "o1", host: hostname, port: Number(port), app: undefined, depth },
		self: { id: "e1" },
		resume: () => undefined,
		clock,
		idleMs: IDLE_MS,
		firstMediaMs: 3000,
		onLive: () => {},
		onFlowing: () => {
			seen.isFlowing = true;
		},
		onPacket: (packet) => {
			seen.packets++;
			seen.last = idOf(packet);
			take();
		},
		onLost: (_reason, message) => seen.lost.push(message),
	});
	return { seen, [Symbol.dispose]: stop };
}

test.for([
	{ server: "an origin", depth: 0, ms: IDLE_MS },
	{ server: "a server below two others", depth: 2, ms: IDLE_MS + 200 },
])("$server is given up when its silence has lasted $ms ms, to the millisecond", async ({ depth, ms }) => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	using publisher = new TestPublisher(`${origin.rtmp}/live/a`);
	await publisher.ready;
	const clock = new ManualClock();
	using pulling = pullFrom(origin.rtmp, clock, { depth });
	const { seen } = pulling;
	const [one, two] = [demoClip().slice(0, 20), demoClip().slice(20, 30)];
	publisher.send(one);
	await expect.poll(() => seen.last).toBe(one.map(idOf).at(-1));

	clock.advance(150);
	publisher.send(two);
	await expect.poll(() => seen.last).toBe(two.map(idOf).at(-1));
	clock.advance(ms - 1);
	expect(seen.lost).toEqual([]);
	clock.advance(1);
	expect(seen.lost).toEqual([`no media for ${ms} ms`]);
});

test("a node that stood still itself reads what lies in its sockets before it gives anyone up", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	using _encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], demoClip());
	using pulling = pullFrom(origin.rtmp, systemClock);
	const { seen } = pulling;
	await expect.poll(() => seen.packets).toBeGreaterThan(10);
	const before = seen.packets;
	const until = performance.now() + IDLE_MS + 100;
	while (performance.now() < until);
	await expect.poll(() => seen.packets).toBeGreaterThan(before + 50);
	expect(seen.lost).toEqual([]);
});

test("media that flows longer than a silence may last is no longer what the upstream had in store", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	using publisher = new TestPublisher(`${origin.rtmp}/live/a`);
	await publisher.ready;
	const clock = new ManualClock();
	using pulling = pullFrom(origin.rtmp, clock);
	const { seen } = pulling;
	const send = async (from: number): Promise<void> => {
		const some = demoClip().slice(from, from + 10);
		publisher.send(some);
		await expect.poll(() => seen.last).toBe(some.map(idOf).at(-1));
	};
	await send(0);
	clock.advance(IDLE_MS - 1);
	await send(10);
	expect(seen.isFlowing).toBe(false);
	clock.advance(1);
	await send(20);
	expect(seen).toMatchObject({ isFlowing: true, lost: [] });
});

test("what throws while it takes a packet ends the pull, and nothing besides", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	using _encoder = await PacedEncoder.start([`${origin.rtmp}/live/a`], demoClip());
	using pulling = pullFrom(origin.rtmp, systemClock, {
		take: () => {
			throw new Error("no such box");
		},
	});
	using other = pullFrom(origin.rtmp, systemClock);
	await expect.poll(() => pulling.seen.lost).toEqual(["a fault of our own: no such box"]);
	const before = other.seen.packets;
	await expect.poll(() => other.seen.packets).toBeGreaterThan(before);
	expect(pulling.seen.packets).toBe(1);
});
