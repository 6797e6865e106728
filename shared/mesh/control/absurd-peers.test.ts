import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import { decode, encode } from "./codec.ts";
import type { DirectoryOptions } from "./directory.ts";
import { MemoryBus, openMemoryDirectory } from "./memory-directory.ts";
import { alive, type NodeInfo, type StreamInfo } from "./messages.ts";

const node = (id: string, more: Partial<NodeInfo> = {}): NodeInfo => ({
	id,
	role: "origin",
	group: "server1",
	rank: "primary",
	rtmp: "rtmp://127.0.0.1:1935",
	http: "http://127.0.0.1:8080",
	incarnation: "one",
	version: "0.1.0",
	...more,
});
const key = parseStreamKey("live/a") as StreamKey;
const stream = (hops: string[]): StreamInfo => ({ key, hops, codecs: ["avc1"], since: "2026-01-31T12:00:00Z" });

/** A directory beside a peer that says what it likes. */
function setUp(more: Partial<DirectoryOptions> = {}) {
	const clock = new ManualClock();
	const bus = new MemoryBus(clock);
	const warned: string[] = [];
	const counted: string[] = [];
	const directory = openMemoryDirectory(bus, {
		cluster: "test",
		self: node("edge-1"),
		follow: () => true,
		clock,
		log: { info: () => {}, warn: (_fields, message) => void warned.push(message) },
		count: (event, reason = "") => void counted.push(`${event}:${reason}`),
		...more,
	});
	clock.settle();
	const peer = bus.open();
	clock.settle();
	const say = (id: string, what: string, message: object, reply?: string): void => {
		peer.publish(`millrace.test.node.${id}.${what}`, encode(message), reply);
		clock.settle();
	};
	const times = (what: string): number => counted.filter((one) => one === what).length;
	return { clock, bus, peer, directory, say, times, warned };
}

const sign = (info: NodeInfo, seq = 0, streams = 0) => ({ node: info, seq, streams, load: 0, draining: false });

/** Has `fake` followed and in step, with one stream. */
function inStep({ peer, say }: ReturnType<typeof setUp>, hops: string[] = ["fake"]): void {
	peer.subscribe("millrace.test.node.fake.register", ({ reply = "" }) => {
		const streams = [stream(hops)];
		peer.publish(reply, encode({ node: node("fake"), seq: 1, page: 0, pages: 1, streams }));
	});
	say("fake", "alive", sign(node("fake"), 1, 1));
}

test.for([
	{ what: "does not end at the node that has it", hops: ["other"] },
	{ what: "passes a node twice", hops: ["x", "fake", "fake"] },
	{ what: "passes nobody", hops: [] },
	{ what: "passes an id that is none", hops: ["a.b", "fake"] },
])("a stream whose way $what is not believed", ({ hops }) => {
	const stage = setUp();
	inStep(stage, hops);
	expect(stage.directory.holders(key)).toEqual([]);
	expect(stage.times("control-discard:mismatch") + stage.times("control-discard:invalid")).toBe(1);
	stage.say("fake", "addStream", { incarnation: "one", seq: 1, stream: stream(hops) });
	expect(stage.directory.holders(key)).toEqual([]);
});

test("an answer nobody waits for is not even read", () => {
	const stage = setUp();
	inStep(stage);
	expect(stage.directory.holders(key)).toHaveLength(1);
	const garbage = Uint8Array.of(0xc1);
	for (const ticket of ["fake.99", "nobody.1", "fake.1"]) stage.peer.publish(`_INBOX.1.${ticket}`, garbage);
	stage.clock.settle();
	expect(stage.times("control-discard:malformed")).toBe(0);
	expect(stage.directory.holders(key)).toHaveLength(1);
});

test("an answer that speaks for another node than was asked is thrown away, and asked for again later", () => {
	const stage = setUp();
	stage.peer.subscribe("millrace.test.node.fake.register", ({ reply = "" }) => {
		stage.peer.publish(reply, encode({ node: node("other"), seq: 1, page: 0, pages: 1, streams: [] }));
	});
	stage.say("fake", "alive", sign(node("fake"), 1, 1));
	stage.clock.advance(10_000);
	expect(stage.times("control-discard:mismatch")).toBeGreaterThan(1);
	expect(stage.times("control-register:retry")).toBeLessThan(8);
	expect(stage.directory.node("fake")).toMatchObject({ synced: false });
});

test("a flood of runs under one id drops its streams a few times, not thousands of times", () => {
	const stage = setUp();
	for (let run = 0; run < 3_000; run++) stage.say("fake", "alive", sign(node("fake", { incarnation: `r${run}` })));
	expect(stage.times("control-register:new")).toBe(9);
	expect(stage.times("control-discard:flapping")).toBe(3_000 - 9);
	expect(stage.warned).toHaveLength(1);
});

test("a node under this node's own id is told of once and changes nothing here", () => {
	const stage = setUp();
	for (let run = 0; run < 100; run++) stage.say("edge-1", "alive", sign(node("edge-1", { incarnation: `r${run}` })));
	stage.say("edge-1", "gone", { incarnation: "one" });
	stage.say("edge-1", "addStream", { incarnation: "r1", seq: 1, stream: stream(["edge-1"]) });
	expect(stage.warned).toHaveLength(1);
	expect(stage.directory.nodes()).toEqual([]);
	expect(stage.directory.holders(key)).toEqual([]);
	expect(stage.directory.state).toBe("live");
});

test("a flood of discover is answered by one sign of life for all, and nobody is left without one", () => {
	const { clock, peer } = setUp();
	let answers = 0;
	let signs = 0;
	peer.subscribe("answers", () => void answers++);
	peer.subscribe("millrace.test.node.edge-1.alive", ({ payload }) => {
		if (decode(alive, payload).node.id === "edge-1") signs++;
	});
	clock.advance(150);
	for (let asked = 0; asked < 10_000; asked++) peer.publish("millrace.test.discover", encode({}), "answers");
	clock.settle();
	expect(answers).toBe(50);
	clock.advance(100);
	expect(signs).toBe(1);
});

test("a flood of register is answered within a number of bytes a second", () => {
	const { clock, peer, directory, say, times } = setUp();
	for (let at = 0; at < 2_000; at++) {
		const one = parseStreamKey(`live/stream-${at}`) as StreamKey;
		directory.announce({ ...stream(["edge-1"]), key: one });
	}
	let bytes = 0;
	peer.subscribe("answers", ({ payload }) => {
		bytes += payload.length;
	});
	for (let asked = 0; asked < 1_000; asked++) say("edge-1", "register", { node: node("fake") }, "answers");
	expect(bytes).toBeGreaterThan(64 * 1024 * 1024);
	expect(bytes).toBeLessThan(65 * 1024 * 1024);
	expect(times("control-full:register")).toBeGreaterThan(100);
	clock.advance(1_000);
	const before = bytes;
	say("edge-1", "register", { node: node("fake") }, "answers");
	expect(bytes).toBeGreaterThan(before);
});

const carried = { key, upstream: null, standby: [], readers: 1 };
const page = { incarnation: "one", page: 0, pages: 1, sessions: { publish: 0, play: 1, pull: 0 }, streams: [carried] };

test.for([
	{
		what: "of another stream of pages",
		pages: [
			{ ...page, pages: 2 },
			{ ...page, page: 1, pages: 3 },
		],
	},
	{
		what: "of another run",
		pages: [
			{ ...page, pages: 2 },
			{ ...page, page: 1, pages: 2, incarnation: "two" },
		],
	},
	{ what: "behind the last", pages: [{ ...page, page: 1 }] },
	{ what: "that counts below nothing", pages: [{ ...page, streams: [{ ...carried, readers: -1 }] }] },
	{
		what: "with more streams than a node has",
		pages: Array.from({ length: 11 }, (_, at) => ({
			...page,
			page: at,
			pages: 11,
			streams: Array(2_000).fill(carried),
		})),
	},
])("a report with a page $what is not believed", async ({ pages }) => {
	const { clock, peer, directory, times } = setUp();
	peer.subscribe("millrace.test.node.fake.report", ({ reply = "" }) => {
		for (const one of pages) peer.publish(reply, encode(one));
	});
	const asked = directory.askForReport("fake", 1_000);
	clock.advance(999);
	expect(await asked).toBeUndefined();
	expect(["mixed-pages", "invalid", "oversized"].map((reason) => times(`control-discard:${reason}`))).toContain(1);
});

test("a page of a report that comes twice counts once, and one that comes late not at all", async () => {
	const { clock, peer, directory } = setUp();
	let told = "";
	peer.subscribe("millrace.test.node.fake.report", ({ reply = "" }) => {
		told = reply;
		for (const at of [0, 0, 1]) peer.publish(reply, encode({ ...page, page: at, pages: 2 }));
	});
	const asked = directory.askForReport("fake", 1_000);
	clock.settle();
	expect((await asked)?.streams).toHaveLength(2);
	const late = directory.askForReport("nobody", 1_000);
	clock.advance(1_000);
	expect(await late).toBeUndefined();
	peer.publish(told, Uint8Array.of(0xc1));
	clock.settle();
});

test("a flood of questions for a report makes one a second, and is answered within a number of bytes", () => {
	const { clock, peer, directory, say, times } = setUp();
	let made = 0;
	const streams = Array.from({ length: 10_000 }, () => ({ ...carried, upstream: "origin-1" }));
	directory.answerReports(() => {
		made++;
		return { sessions: page.sessions, streams };
	});
	let bytes = 0;
	peer.subscribe("answers", ({ payload }) => {
		bytes += payload.length;
	});
	for (let asked = 0; asked < 1_000; asked++) say("edge-1", "report", {}, "answers");
	expect(made).toBe(1);
	expect(bytes).toBeGreaterThan(8 * 1024 * 1024);
	expect(bytes).toBeLessThan(9 * 1024 * 1024);
	expect(times("control-full:report")).toBeGreaterThan(100);
	clock.advance(1_000);
	say("edge-1", "report", {}, "answers");
	expect(made).toBe(2);
});

test("a message whose handling throws is counted, told of and discarded, and the next one is taken", () => {
	let isBroken = true;
	const stage = setUp({
		follow: () => {
			if (isBroken) throw new Error("oops");
			return true;
		},
	});
	for (let times = 0; times < 20; times++) stage.say("fake", "alive", sign(node("fake")));
	expect(stage.times("control-discard:fault")).toBe(20);
	expect(stage.warned).toEqual(["control plane: a handler failed"]);
	isBroken = false;
	inStep(stage);
	expect(stage.directory.holders(key)).toHaveLength(1);
});

test("the load that is told is what is asked for at that moment, within 0 to 1", () => {
	let load = 0;
	const { clock, bus } = setUp({ load: () => load });
	const told: number[] = [];
	const ear = bus.open();
	clock.settle();
	ear.subscribe("millrace.test.node.edge-1.alive", ({ payload }) => void told.push(decode(alive, payload).load));
	for (load of [0.25, 7, -1]) clock.advance(1_000);
	expect(told).toEqual([0.25, 1, 0]);
});
