import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import type { CarriedStream, Directory, DirectoryChange, NodeInfo, StreamInfo } from "#shared/mesh/control";

/** A directory under test, with what it counted and said. */
export type Member = {
	readonly directory: Directory;
	readonly info: NodeInfo;
	readonly changes: DirectoryChange[];
	/** `event` or `event:reason`, in order. */
	readonly counted: string[];
	/** Warnings of its log. */
	readonly warned: string[];
	/** Ends it as a crash does: no goodbye. */
	crash(): Promise<void>;
};

/** What a member is opened with; the rest is filled in. */
export type MemberOptions = Partial<NodeInfo> & {
	readonly follow?: (info: NodeInfo) => boolean;
	readonly unseen?: boolean;
	readonly load?: () => number;
};

/** One control plane; disposing ends its members too. */
export interface Plane extends AsyncDisposable {
	open(id: string, options?: MemberOptions): Member;
	/** Sends raw bytes to a subject of cluster `test`. */
	inject(subject: string, payload: Uint8Array): Promise<void>;
}

/** A valid stream key; a test that spells it wrong fails. */
export function key(text: string): StreamKey {
	const parsed = parseStreamKey(text);
	if (parsed === undefined) throw new Error(`not a stream key: ${text}`);
	return parsed;
}

/** A stream as `origin` would announce it. */
export const stream = (name: string, origin: string, codecs: string[] = ["avc1", "mp4a"]): StreamInfo => ({
	key: key(`live/${name}`),
	hops: [origin],
	codecs,
	since: "2026-01-31T12:00:00.000Z",
});

/** A stream as a node that carries it reports it. */
const carried = (name: string, more: Partial<CarriedStream> = {}): CarriedStream => ({
	key: key(`live/${name}`),
	upstream: null,
	standby: [],
	readers: 0,
	...more,
});

/** A member's view of another node, once it has one. */
export const sees = (member: Member, id: string) => expect.poll(() => member.directory.node(id), { timeout: 5_000 });

/** A member's state, once it is so. */
export const hasState = (member: Member, timeout = 5_000) => expect.poll(() => member.directory.state, { timeout });

/** The stream names a member knows of a node. */
export const names = (member: Member, id: string): string[] =>
	[...member.directory.streamsOf(id).keys()].map((text) => text.slice("live/".length)).sort();

/** Waits until a member knows exactly these streams of a node. */
export const knows = (member: Member, id: string, wanted: string[], timeout = 5_000) =>
	expect.poll(() => names(member, id), { timeout }).toEqual(wanted);

/** What every directory promises, whatever carries it. */
export function directoryContract(name: string, openPlane: () => Promise<Plane>): void {
	describe(`directory over ${name}`, () => {
		let plane: Plane;
		beforeEach(async () => {
			plane = await openPlane();
		});
		afterEach(() => plane[Symbol.asyncDispose]());

		test("nodes see each other at once, and not themselves", async () => {
			const edge = plane.open("edge-1", { role: "edge" });
			const origin = plane.open("origin-1");
			await sees(edge, "origin-1").toMatchObject({ info: origin.info, suspect: false, draining: false, streams: 0 });
			await sees(origin, "edge-1").toMatchObject({ info: edge.info });
			expect(edge.directory.nodes().map(({ info }) => info.id)).toEqual(["origin-1"]);
			expect(edge.directory.state).toBe("live");
		});

		test("an announced stream is seen, changes and goes", async () => {
			const edge = plane.open("edge-1");
			const origin = plane.open("origin-1");
			await sees(edge, "origin-1").toMatchObject({ synced: true });
			origin.directory.announce(stream("a", "origin-1"));
			await knows(edge, "origin-1", ["a"]);
			expect(edge.directory.streamsOf("origin-1").get(key("live/a"))).toEqual(stream("a", "origin-1"));
			origin.directory.announce(stream("a", "origin-1", ["hvc1"]));
			await expect.poll(() => edge.directory.holders(key("live/a"))[0]?.stream.codecs).toEqual(["hvc1"]);
			origin.directory.withdraw(key("live/a"), "publisher left");
			await knows(edge, "origin-1", []);
			const told = edge.changes.flatMap((change) => (change.type.startsWith("stream-") ? [change] : []));
			expect(told).toMatchObject([
				{ type: "stream-added", node: { info: { id: "origin-1" } }, stream: { codecs: ["avc1", "mp4a"] } },
				{ type: "stream-added", stream: { codecs: ["hvc1"] } },
				{ type: "stream-removed", stream: { key: "live/a" }, reason: "publisher left" },
			]);
		});

		test("who comes late gets what is there", async () => {
			const origin = plane.open("origin-1");
			origin.directory.announce(stream("a", "origin-1"));
			origin.directory.announce(stream("b", "origin-1"));
			origin.directory.withdraw(key("live/a"), "over");
			const edge = plane.open("edge-1");
			await knows(edge, "origin-1", ["b"]);
			await sees(edge, "origin-1").toMatchObject({ synced: true, streams: 1 });
		});

		test("3,000 streams come in pages and stay in step with what changes meanwhile", async () => {
			const origin = plane.open("origin-1");
			const all = Array.from({ length: 3_000 }, (_, index) => `s${index}`);
			for (const one of all) origin.directory.announce(stream(one, "origin-1"));
			const edge = plane.open("edge-1");
			origin.directory.withdraw(key("live/s7"), "over");
			await sees(edge, "origin-1").toMatchObject({ synced: true });
			origin.directory.announce(stream("late", "origin-1"));
			await knows(edge, "origin-1", [...all.filter((one) => one !== "s7"), "late"].sort());
		});

		test("a restart under the same id leaves no stale entry", async () => {
			const edge = plane.open("edge-1");
			const first = plane.open("origin-1");
			first.directory.announce(stream("old", "origin-1"));
			first.directory.announce(stream("both", "origin-1"));
			await knows(edge, "origin-1", ["both", "old"]);
			await first.crash();
			const second = plane.open("origin-1");
			second.directory.announce(stream("both", "origin-1"));
			await sees(edge, "origin-1").toMatchObject({ info: { incarnation: second.info.incarnation } });
			await knows(edge, "origin-1", ["both"]);
			expect(edge.directory.holders(key("live/old"))).toEqual([]);
			expect(edge.warned).toEqual([]);
		});

		test("a silent node is suspect, keeps its streams, and is well again when heard", async () => {
			const edge = plane.open("edge-1");
			const first = plane.open("origin-1");
			first.directory.announce(stream("a", "origin-1"));
			await knows(edge, "origin-1", ["a"]);
			await first.crash();
			await sees(edge, "origin-1").toMatchObject({ suspect: true });
			expect(names(edge, "origin-1")).toEqual(["a"]);
			expect(edge.directory.holders(key("live/a"))).toMatchObject([{ node: { suspect: true } }]);
			expect(edge.directory.state).toBe("live");
			plane.open("origin-1", { incarnation: first.info.incarnation });
			await sees(edge, "origin-1").toMatchObject({ suspect: false });
		});

		test("goodbye removes a node and its streams at once", async () => {
			const edge = plane.open("edge-1");
			const origin = plane.open("origin-1");
			origin.directory.announce(stream("a", "origin-1"));
			await knows(edge, "origin-1", ["a"]);
			await origin.directory[Symbol.asyncDispose]();
			await sees(edge, "origin-1").toBeUndefined();
			expect(edge.directory.holders(key("live/a"))).toEqual([]);
			expect(edge.changes.slice(-2)).toMatchObject([
				{ type: "stream-removed", reason: "left" },
				{ type: "node-gone", reason: "left" },
			]);
		});

		test("draining and load are told", async () => {
			const edge = plane.open("edge-1");
			const origin = plane.open("origin-1", { load: () => 0.75 });
			await sees(edge, "origin-1").toBeDefined();
			origin.directory.setDraining(true);
			await sees(edge, "origin-1").toMatchObject({ draining: true, load: 0.75 });
			expect(edge.changes.filter(({ type }) => type === "node-draining")).toHaveLength(1);
			origin.directory.setDraining(false);
			await sees(edge, "origin-1").toMatchObject({ draining: false });
		});

		test("who looks on unseen knows everybody, and nobody knows it", async () => {
			const origin = plane.open("origin-1");
			origin.directory.announce(stream("a", "origin-1"));
			const observer = plane.open("observer-1", { unseen: true });
			await knows(observer, "origin-1", ["a"]);
			const edge = plane.open("edge-1");
			for (const one of [origin, observer]) await sees(one, "edge-1").toBeDefined();
			await observer.directory[Symbol.asyncDispose]();
			await sees(edge, "origin-1").toMatchObject({ synced: true });
			for (const { changes } of [origin, edge]) {
				expect(JSON.stringify(changes)).not.toContain("observer-1");
			}
		});

		test("a node reports what it carries to whoever asks, seen or unseen", async () => {
			const edge = plane.open("edge-1");
			const observer = plane.open("observer-1", { unseen: true });
			await sees(observer, "edge-1").toBeDefined();
			const report = {
				sessions: { publish: 0, play: 7, pull: 1 },
				streams: [carried("a", { upstream: "origin-1", standby: ["192.0.2.1:1935"], readers: 8 }), carried("b")],
			};
			edge.directory.answerReports(() => report);
			expect(await observer.directory.askForReport("edge-1", 5_000)).toEqual(report);
		});

		test("a report of 5,000 streams comes in pages and is whole", async () => {
			const observer = plane.open("observer-1", { unseen: true });
			const edge = plane.open("edge-1");
			const streams = Array.from({ length: 5_000 }, (_, place) => carried(`s${place}`, { readers: place }));
			edge.directory.answerReports(() => ({ sessions: { publish: 0, play: 0, pull: 0 }, streams }));
			await sees(observer, "edge-1").toBeDefined();
			expect((await observer.directory.askForReport("edge-1", 10_000))?.streams).toEqual(streams);
		});

		test("who has nothing to report, is not there or is gone while it is asked leaves the question open", async () => {
			const observer = plane.open("observer-1", { unseen: true });
			plane.open("edge-1");
			await sees(observer, "edge-1").toBeDefined();
			const asked = ["edge-1", "nobody", "no id"].map((id) => observer.directory.askForReport(id, 200));
			expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
			const waiting = observer.directory.askForReport("edge-1", 60_000);
			await observer.directory[Symbol.asyncDispose]();
			expect(await waiting).toBeUndefined();
		});

		test("only followed nodes' streams are taken in", async () => {
			const edge = plane.open("edge-1", { follow: ({ group }) => group === "server1" });
			const wanted = plane.open("origin-1", { group: "server1" });
			const other = plane.open("origin-2", { group: "server2" });
			for (const one of [wanted, other]) one.directory.announce(stream("a", one.info.id));
			await knows(edge, "origin-1", ["a"]);
			await sees(edge, "origin-2").toMatchObject({ synced: false, streams: 1 });
			expect(names(edge, "origin-2")).toEqual([]);
			expect(edge.directory.holders(key("live/a"))).toHaveLength(1);
		});

		test("holders lists everyone who has a stream", async () => {
			const edge = plane.open("edge-1");
			const origins = ["origin-1", "origin-2", "origin-3"].map((id) => plane.open(id));
			for (const { directory, info } of origins) directory.announce(stream("a", info.id));
			const holders = () => edge.directory.holders(key("live/a")).map(({ node }) => node.info.id);
			await expect.poll(() => holders().sort()).toEqual(["origin-1", "origin-2", "origin-3"]);
			origins[1]?.directory.withdraw(key("live/a"), "over");
			await expect.poll(() => holders().sort()).toEqual(["origin-1", "origin-3"]);
			expect(edge.directory.holders(key("live/none"))).toEqual([]);
		});

		test("an origin tells another one its account of a stream's timeline, or that it has none", async () => {
			const [one, two] = [plane.open("origin-1"), plane.open("origin-2")];
			await sees(two, "origin-1").toBeDefined();
			const account = {
				segmentMs: 2000,
				segments: [{ number: 7, begin: 158_760_000_000_000, discontinuities: 1 }],
				starts: [{ fingerprint: 4_000_000_000, at: 158_760_000_090_000 }],
			};
			one.directory.answerTimelines((asked) => (asked === key("live/a") ? account : undefined));
			const heard: unknown[] = [];
			two.directory.askTimeline("origin-1", key("live/a"), (told) => heard.push(told));
			await expect.poll(() => heard, { timeout: 5_000 }).toEqual([account]);
			two.directory.askTimeline("origin-1", key("live/b"), (told) => heard.push(told));
			await expect.poll(() => heard, { timeout: 5_000 }).toEqual([account, undefined]);
			// Nobody is there, and so nobody answers: what is asked next is answered all the same.
			two.directory.askTimeline("nobody", key("live/a"), () => heard.push("nobody"));
			two.directory.askTimeline("origin-1", key("live/a"), (told) => heard.push(told));
			await expect.poll(() => heard, { timeout: 5_000 }).toEqual([account, undefined, account]);
		});

		test("two running nodes with one id are reported once, by everyone", async () => {
			const edge = plane.open("edge-1");
			const first = plane.open("origin-1");
			await sees(edge, "origin-1").toBeDefined();
			plane.open("origin-1");
			await expect.poll(() => first.warned, { timeout: 5_000 }).toHaveLength(1);
			await expect.poll(() => edge.warned, { timeout: 5_000 }).toHaveLength(1);
			expect(edge.warned[0]).toContain("one node id");
			expect(edge.counted).toContain("control-duplicate-id");
		});

		test("clusters do not see each other, nor does a stopped node hear anything", async () => {
			const edge = plane.open("edge-1");
			const origin = plane.open("origin-1");
			await sees(edge, "origin-1").toBeDefined();
			await plane.inject("millrace.other.node.stranger.alive", Uint8Array.of(0x80));
			await edge.directory[Symbol.asyncDispose]();
			const told = edge.changes.length;
			origin.directory.announce(stream("a", "origin-1"));
			const late = plane.open("edge-2");
			await knows(late, "origin-1", ["a"]);
			expect(edge.changes).toHaveLength(told);
			expect(late.directory.node("stranger")).toBeUndefined();
			edge.directory.announce(stream("b", "edge-1"));
			await edge.directory[Symbol.asyncDispose]();
		});

		test.for([
			{ what: "bytes that are not MessagePack", payload: Buffer.from("c1c1c1", "hex"), reason: "malformed" },
			{ what: "an empty message", payload: Buffer.alloc(0), reason: "malformed" },
			{ what: "wrong types", payload: Buffer.from("81a46e6f646501", "hex"), reason: "invalid" },
			{ what: "a megabyte of maps", payload: Buffer.alloc(1_000_000, 0x81), reason: "oversized" },
			{ what: "200 kB of nested arrays", payload: Buffer.alloc(200_000, 0x91), reason: "malformed" },
		])("$what is thrown away and counted", async ({ payload, reason }) => {
			const edge = plane.open("edge-1");
			const origin = plane.open("origin-1");
			await sees(edge, "origin-1").toMatchObject({ synced: true });
			for (const what of ["alive", "gone", "addStream", "removeStream"]) {
				await plane.inject(`millrace.test.node.origin-1.${what}`, payload);
			}
			await expect
				.poll(() => edge.counted.filter((one) => one === `control-discard:${reason}`), { timeout: 5_000 })
				.toHaveLength(4);
			origin.directory.announce(stream("a", "origin-1"));
			await knows(edge, "origin-1", ["a"]);
			expect(edge.warned).toHaveLength(1);
		});
	});
}
