import { expect, test, vi } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { createEvents, createMetrics, silentLogger } from "#shared/base/runtime";
import type { Publisher } from "#shared/doors/rtmp";
import type { MediaPacket } from "#shared/formats/packet";
import type { StreamItem } from "#shared/media/stream";
import { Catalog } from "#shared/mesh/catalog";
import { Ingests } from "./ingests.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");
const keyframe = (time: number): MediaPacket => ({
	kind: "video",
	role: "keyframe",
	time,
	payload: Buffer.from(`170100000000000001${time.toString(16).padStart(8, "0")}`, "hex"),
});

function stage() {
	const counted: MediaPacket[] = [];
	const clock = new ManualClock();
	const said: string[] = [];
	const metrics = createMetrics({ node: "o1", role: "origin" });
	const catalog = new Catalog(clock, {
		announce: ({ hops, codecs }) => said.push(`add ${hops.join()} ${codecs.join()}`),
		withdraw: (_key, reason) => said.push(`remove ${reason}`),
	});
	const ingests = new Ingests({
		self: "o1",
		clock,
		catalog,
		events: createEvents(silentLogger(), metrics),
		onPacket: (packet) => counted.push(packet),
		limits: { streams: 2, historyBytes: 1_000_000 },
		segmentMs: () => 2000,
		publish: { idleMs: 5000, silentMs: 1000, graceMs: 3000 },
	});
	const closed: string[] = [];
	const publisher = (address: string): Publisher => ({
		address,
		close: (reason) => closed.push(`${address} ${reason}`),
	});
	const publish = (address = "p1") => ingests.publish(key, publisher(address)) ?? expect.fail("accepted");
	return { clock, said, ingests, publisher, publish, closed, counted, metrics };
}

test("a stream is announced with its first frame and withdrawn at once on a clean end", () => {
	const { publish, said } = stage();
	const publication = publish();
	expect(said).toEqual([]);
	publication.write(keyframe(0));
	publication.write(keyframe(40));
	publication.end("clean");
	expect(said).toEqual(["add o1 avc1", "remove unpublished"]);
});

test("after a dropped connection the stream waits for its publisher", () => {
	const { publish, said, clock, ingests } = stage();
	const first = publish();
	first.write(keyframe(0));
	first.end("dropped");
	clock.advance(2999);
	const second = publish();
	clock.advance(10_000);
	second.write(keyframe(4000));
	expect(said).toEqual(["add o1 avc1", "remove silent", "add o1 avc1"]);
	second.end("dropped");
	clock.advance(3000);
	expect(said.slice(3)).toEqual(["remove silent"]);
	expect(ingests.size).toBe(0);
});

test("what comes in is counted, whether it is passed on or not", () => {
	const { publish, counted } = stage();
	const first = publish();
	for (const time of [0, 40, 80]) first.write(keyframe(time));
	first.end("dropped");
	// A copy of a frame that was delivered is not delivered again.
	publish().write(keyframe(80));
	expect(counted.map(({ time }) => time)).toEqual([0, 40, 80, 80]);
});

test("a stream that is over waits for nobody: a stopped origin does not live on for its publishers' connections", () => {
	const { publish, clock, ingests } = stage();
	const publication = publish();
	publication.write(keyframe(0));
	ingests[Symbol.dispose]();
	const after = vi.spyOn(clock, "after");
	publication.end("dropped");
	expect(after).not.toHaveBeenCalled();
});

test("a second publisher is refused while the first sends, and takes over once it is silent", () => {
	const { publish, publisher, ingests, clock, closed } = stage();
	const first = publish("p1");
	first.write(keyframe(0));
	clock.advance(4999);
	expect(ingests.isFree(key)).toBe(false);
	expect(ingests.publish(key, publisher("p2"))).toBeUndefined();
	clock.advance(1);
	expect(ingests.isFree(key)).toBe(true);
	publish("p2").write(keyframe(0));
	expect(closed).toEqual(["p1 taken-over"]);
	first.end("dropped");
	clock.advance(4999);
	expect(ingests.size).toBe(1);
});

test("no more streams than allowed", () => {
	const { ingests, publisher } = stage();
	const keys = ["live/x", "live/y", "live/z"].map((text) => parseStreamKey(text) ?? expect.fail(text));
	expect(keys.map((one) => ingests.publish(one, publisher("p")) !== undefined)).toEqual([true, true, false]);
});

test("a silent stream is not offered, plays wait for its next frame, and readers stay", async () => {
	const { publish, said, clock, ingests } = stage();
	const publication = publish();
	publication.write(keyframe(0));
	const reading = await ingests.open(key, new AbortController());
	clock.advance(999);
	expect(said).toEqual(["add o1 avc1"]);
	clock.advance(1);
	expect(said).toEqual(["add o1 avc1", "remove silent"]);
	let answered = false;
	const play = ingests.open(key, new AbortController()).then((lease) => {
		answered = true;
		return lease;
	});
	const hurried = new AbortController();
	const gone = ingests.open(key, hurried);
	hurried.abort();
	expect(await gone).toBeUndefined();
	clock.advance(2000);
	expect(answered).toBe(false);
	publication.write(keyframe(40));
	expect((await play)?.hub).toBe(reading?.hub);
	expect(said.slice(2)).toEqual(["add o1 avc1"]);
});

test("plays of a silent stream wait no longer than a stream waits for its publisher", async () => {
	const { publish, clock, ingests } = stage();
	publish().write(keyframe(0));
	clock.advance(1000);
	const play = ingests.open(key, new AbortController());
	clock.advance(3000);
	expect(await play).toBeUndefined();
});

test("who is told when a stream is over is told of its end, not of its silence", () => {
	const { publish, clock, ingests } = stage();
	const over: string[] = [];
	ingests.onOver((gone) => over.push(gone));
	const publication = publish();
	publication.write(keyframe(0));
	clock.advance(2000);
	expect(over).toEqual([]);
	publication.end("clean");
	expect(over).toEqual(["live/a"]);
});

test("what throws on the way of a packet sends its publisher away, and ends the stream where the next one fails too", async () => {
	const { publish, closed, clock, ingests } = stage();
	const first = publish("p1");
	first.write(keyframe(0));
	const lease = (await ingests.open(key, new AbortController())) ?? expect.fail("a stream");
	const serialise = ({ payload }: MediaPacket) => {
		if ((payload.at(-1) ?? 0) > 0) throw new Error("no bytes for that");
	};
	lease.hub.join({
		form: { name: "no form for everything", serialise },
		delayMs: 0,
		sink: {
			write: () => {},
			writeAll: () => {},
			queued: () => 0,
			onceDrained: () => {},
			notDrained: () => {},
			watch: () => () => {},
		},
		bounds: { queueBytes: 1_000_000, evictMs: 1000 },
		onEvict: () => {},
		onEnd: () => {},
	});
	first.write(keyframe(40));
	expect(closed).toEqual(["p1 failed"]);
	expect(ingests.isFree(key)).toBe(true);
	const second = publish("p2");
	second.write(keyframe(80));
	clock.advance(200);
	second.write(keyframe(120));
	expect([closed[1], ingests.size]).toEqual(["p2 failed", 0]);
});

test("packet readers are told where a publisher who came back does not go on where the former stopped", async () => {
	const { publish, clock, ingests } = stage();
	const first = publish();
	first.write(keyframe(0));
	const lease = (await ingests.open(key, new AbortController())) ?? expect.fail("a stream");
	const reader = lease.hub.read({ maxBytes: 1_000_000, onReadable: () => {} });
	first.write(keyframe(40));
	first.end("dropped");
	clock.advance(1000);
	const second = publish();
	second.write(keyframe(500_000));
	clock.advance(300);
	second.write(keyframe(500_300));
	const word = (item: StreamItem) => (item.type === "packet" ? item.packet.time : item.type);
	expect(reader.take().map(word)).toEqual([0, 40, "discontinuity", 80]);
});

test("a malformed codec header is counted, and what follows is passed on", async () => {
	const { publish, ingests, metrics } = stage();
	const publication = publish();
	publication.write({ kind: "video", role: "header", time: 0, payload: Buffer.from("17000000000164", "hex") });
	publication.write(keyframe(0));
	const lease = (await ingests.open(key, new AbortController())) ?? expect.fail("a stream");
	expect(lease.hub.packetsIn).toBe(2);
	expect((await metrics.codecHeadersMalformed.get()).values).toMatchObject([{ value: 1, labels: { track: "video" } }]);
});

test("a packet reader that fails is counted, and the stream goes on", async () => {
	const { publish, clock, ingests, metrics } = stage();
	const publication = publish();
	publication.write(keyframe(0));
	const lease = (await ingests.open(key, new AbortController())) ?? expect.fail("a stream");
	lease.hub.read({ maxBytes: 1_000_000, onReadable: () => expect.fail("a fault of ours") });
	clock.settle();
	publication.write(keyframe(40));
	expect(lease.hub.packetsIn).toBe(2);
	expect((await metrics.errorsContained.get()).values).toMatchObject([
		{ value: 1, labels: { where: "packet-reader" } },
	]);
});
