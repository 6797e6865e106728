import { expect, test, vi } from "vitest";
import { Catalog } from "#shared/catalog";
import { ManualClock } from "#shared/clock";
import type { Publisher } from "#shared/door";
import { type MediaPacket, parseStreamKey } from "#shared/media";
import { createEvents, createMetrics, silentLogger } from "#shared/runtime";
import { Ingests } from "./ingests.ts";

const key = parseStreamKey("live/a") ?? expect.fail("a key");
const keyframe = (time: number): MediaPacket => ({
	kind: "video",
	role: "keyframe",
	time,
	payload: Buffer.from(`170100000000000001${time.toString(16).padStart(8, "0")}`, "hex"),
});

function stage() {
	const clock = new ManualClock();
	const said: string[] = [];
	const catalog = new Catalog(clock, {
		announce: ({ hops, codecs }) => said.push(`add ${hops.join()} ${codecs.join()}`),
		withdraw: (_key, reason) => said.push(`remove ${reason}`),
	});
	const ingests = new Ingests({
		self: "o1",
		clock,
		catalog,
		events: createEvents(silentLogger(), createMetrics({ node: "o1", role: "origin" })),
		onPacket: () => {},
		limits: { streams: 2, historyBytes: 1_000_000 },
		publish: { idleMs: 5000, graceMs: 3000 },
	});
	const closed: string[] = [];
	const publisher = (address: string): Publisher => ({
		address,
		close: (reason) => closed.push(`${address} ${reason}`),
	});
	const publish = (address = "p1") => ingests.publish(key, publisher(address)) ?? expect.fail("accepted");
	return { clock, said, ingests, publisher, publish, closed };
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
	second.write(keyframe(0));
	expect(said).toEqual(["add o1 avc1"]);
	second.end("dropped");
	clock.advance(3000);
	expect(said).toEqual(["add o1 avc1", "remove publisher lost"]);
	expect(ingests.size).toBe(0);
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
