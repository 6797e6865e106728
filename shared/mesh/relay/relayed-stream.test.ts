import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey } from "#shared/base/names";
import { createEvents, createMetrics, silentLogger } from "#shared/base/runtime";
import type { MediaPacket } from "#shared/formats/packet";
import type { StreamItem } from "#shared/media/stream";
import { type Puller, RelayedStream } from "./relayed-stream.ts";

const server = (id: string) =>
	({ id, host: id, port: 1935, app: undefined, group: id, rank: "primary", tier: 0, isSuspect: false }) as const;
const keyframe = (time: number, text: string): MediaPacket => ({
	kind: "video",
	role: "keyframe",
	time,
	payload: Buffer.from(`\x17${text} ${time}`, "latin1"),
});

/** A stream two servers have; its pulls are driven by hand. */
function stage() {
	const clock = new ManualClock();
	const metrics = createMetrics({ node: "e1", role: "edge" });
	const pulls = new Map<string, Parameters<Puller>[1]>();
	const stream = new RelayedStream({
		key: parseStreamKey("live/a") ?? expect.fail("a key"),
		clock,
		historyBytes: 1_000_000,
		segmentMs: 2000,
		keepMs: 0,
		resume: undefined,
		events: createEvents(silentLogger(), metrics),
		servers: () => [server("a"), server("b")],
		standby: 1,
		holdMs: undefined,
		patience: { first: undefined, later: undefined },
		pull: ({ id }, to) => {
			pulls.set(id, to);
			return () => {};
		},
		onAirChanged: () => {},
		onOver: () => {},
	});
	stream.start();
	const pull = (id: string) => pulls.get(id) ?? expect.fail(`a pull from ${id}`);
	return { clock, metrics, stream, pull, [Symbol.dispose]: () => stream.end("stopped") };
}

test("packet readers are told of a switch to another encoder, in its place", () => {
	using staged = stage();
	const { clock, stream, pull } = staged;
	pull("a").onLive();
	pull("a").onPacket(keyframe(0, "one"));
	const reader = stream.hub.read({ maxBytes: 1_000_000, onReadable: () => {} });
	pull("a").onPacket(keyframe(1000, "one"));
	pull("b").onLive();
	for (const time of [0, 1000]) {
		pull("b").onPacket(keyframe(time, "two"));
		clock.advance(1000);
	}
	pull("a").onLost("lost", "the connection was closed");
	pull("b").onPacket(keyframe(2000, "two"));
	const word = (item: StreamItem) => (item.type === "packet" ? Buffer.from(item.packet.payload).toString() : item.type);
	expect(reader.take().map(word)).toEqual([
		"\x17one 0",
		"\x17one 1000",
		"discontinuity",
		"\x17two 1000",
		"\x17two 2000",
	]);
});

test("a codec header no relay can read is counted, and relayed", async () => {
	using staged = stage();
	const { metrics, stream, pull } = staged;
	pull("a").onPacket({ kind: "audio", role: "header", time: 0, payload: Buffer.from("af00", "hex") });
	pull("a").onPacket(keyframe(0, "one"));
	expect(stream.hub.packetsIn).toBe(2);
	expect((await metrics.codecHeadersMalformed.get()).values).toMatchObject([{ value: 1, labels: { track: "audio" } }]);
});
