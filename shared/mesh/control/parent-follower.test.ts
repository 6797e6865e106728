import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import type { NodeInfo, RegisterPage, StreamInfo } from "./messages.ts";
import { ParentFollower } from "./parent-follower.ts";
import { StreamTable } from "./stream-table.ts";

const key = (name: string) => parseStreamKey(`live/${name}`) as StreamKey;
const stream = (name: string): StreamInfo => ({
	key: key(name),
	hops: ["p"],
	codecs: [],
	since: "2026-01-31T12:00:00Z",
});
const add = (seq: number, name: string, incarnation = "one") =>
	({ type: "add", incarnation, seq, stream: stream(name) }) as const;
const remove = (seq: number, name: string) =>
	({ type: "remove", incarnation: "one", seq, key: key(name), reason: "over" }) as const;

/** Runs all steps of a work. */
function run(work: Iterator<void>): void {
	while (!work.next().done);
}

function setUp({ streams = new StreamTable(), keep = 4_096 } = {}) {
	const clock = new ManualClock();
	const asked: string[] = [];
	const told: string[] = [];
	let ticket = "";
	let synced = false;
	let isBehind = false;
	let kept = 0;
	let roomLeft = 0;
	const follower = new ParentFollower({ id: "p", incarnation: "one" }, streams, clock, {
		register: (next, why, sent) => {
			ticket = next;
			asked.push(why);
			sent();
		},
		registered: () => {},
		isBehind: () => isBehind,
		makeRoom: () => {
			const [key] = streams.of("other").keys();
			return roomLeft-- > 0 && key !== undefined && streams.delete("other", key) !== undefined;
		},
		keep: (more) => {
			if (kept + more > keep) return false;
			kept += more;
			return true;
		},
		added: ({ key }) => void told.push(`+${key}`),
		removed: ({ key }, reason) => void told.push(`-${key} ${reason}`),
		synced: (next) => {
			synced = next;
		},
		full: () => void told.push("full"),
		random: () => 1,
	});
	const page = (seq: number, names: string[], at = 0, pages = 1, incarnation = "one"): RegisterPage => ({
		node: { incarnation } as NodeInfo,
		seq,
		page: at,
		pages,
		streams: names.map(stream),
	});
	return {
		clock,
		follower,
		asked,
		told,
		has: () => [...streams.of("p").keys()].map((text) => text.slice(5)).sort(),
		isSynced: () => synced,
		kept: () => kept,
		beBehind: (is: boolean) => {
			isBehind = is;
		},
		giveRoom: (times: number) => {
			roomLeft = times;
		},
		give: (...args: Parameters<typeof page>) => run(follower.page(ticket, page(...args))),
		ticket: () => ticket,
		page,
	};
}

test("snapshot, then events in order", () => {
	const { follower, give, has, asked, isSynced } = setUp();
	expect(asked).toEqual(["new"]);
	give(4, ["a", "b"]);
	expect(isSynced()).toBe(true);
	follower.event(add(5, "c"));
	follower.event(remove(6, "a"));
	expect(has()).toEqual(["b", "c"]);
	expect(asked).toEqual(["new"]);
});

test("events that come before the snapshot count from where it ends", () => {
	const { follower, give, has } = setUp();
	follower.event(add(3, "old"));
	follower.event(remove(4, "old"));
	follower.event(add(5, "c"));
	give(4, ["a"]);
	expect(has()).toEqual(["a", "c"]);
});

test("pages in any order make one snapshot; twice the same changes nothing", () => {
	const { give, has, isSynced } = setUp();
	give(2, ["b"], 1, 3);
	give(2, ["b"], 1, 3);
	give(2, ["a"], 0, 3);
	expect(isSynced()).toBe(false);
	give(2, ["c"], 2, 3);
	expect(isSynced()).toBe(true);
	expect(has()).toEqual(["a", "b", "c"]);
});

test("a page that comes again and again does not put off the end of the wait", () => {
	const { give, asked, clock } = setUp();
	for (let round = 0; round < 20; round++) {
		if (asked.length === 1) give(1, ["a"], 0, 2);
		clock.advance(100);
	}
	expect(asked).toEqual(["new", "retry"]);
});

test("pages without end are given up", () => {
	const { give, clock } = setUp();
	const drip = () => {
		for (let at = 0; at < 512; at++) {
			give(1, [`s${at}`], at, 512);
			clock.advance(900);
		}
	};
	expect(drip).toThrow("took more than 30000 ms");
});

test("a page that is here and waits for its turn is not late", () => {
	const { give, beBehind, asked, clock, has } = setUp();
	beBehind(true);
	clock.advance(20_000);
	expect(asked).toEqual(["new"]);
	give(1, ["a"]);
	expect(has()).toEqual(["a"]);
	beBehind(false);
	clock.advance(60_000);
	expect(asked).toEqual(["new"]);
	expect(clock.pending).toBe(0);
});

test("a parent that jumps about is asked once a second at most, however often it comes into step", () => {
	const { follower, give, asked, clock } = setUp();
	give(1, []);
	for (let seq = 1; clock.now() < 10_000; seq += 10) {
		follower.heard("one", seq + 9, 0);
		clock.advance(5);
		if (asked.length > 1) give(seq + 9, []);
		follower.heard("one", seq + 9, 0);
		clock.advance(5);
	}
	expect(asked.length).toBeLessThan(25);
});

test("where there is no room, what is there stays, the rest is left out, and the parent counts as in step", () => {
	const full = new StreamTable(3_000);
	const { follower, give, has, told, asked, isSynced, clock } = setUp({ streams: full });
	give(1, ["a", "b", "c", "d", "e", "f"]);
	expect(has()).toEqual(["a", "b", "c", "d"]);
	expect(told.filter((one) => one === "full")).toHaveLength(2);
	follower.heard("one", 1, 6);
	expect(isSynced()).toBe(true);
	follower.event(remove(2, "a"));
	follower.event(add(3, "g"));
	expect(has()).toEqual(["b", "c", "d", "g"]);
	clock.advance(31_000);
	follower.heard("one", 3, 6);
	expect(asked).toEqual(["new"]);
	for (const [seq, name] of ["b", "c"].entries()) follower.event(remove(4 + seq, name));
	follower.heard("one", 5, 4);
	expect(asked).toEqual(["new", "gap"]);
});

test("others make room for a parent that has less than they", () => {
	const streams = new StreamTable(3_000);
	for (const name of ["1", "2", "3", "4"]) streams.set("other", stream(name));
	const { give, has, giveRoom } = setUp({ streams });
	giveRoom(2);
	give(1, ["a", "b", "c"]);
	expect(has()).toEqual(["a", "b"]);
	expect([...streams.of("other").keys()]).toHaveLength(2);
});

test("events that wait for a snapshot are bounded, and let go of with it", () => {
	const { follower, give, has, asked, kept } = setUp({ keep: 3 });
	for (let seq = 1; seq <= 5; seq++) follower.event(add(seq, `s${seq}`));
	expect(kept()).toBe(3);
	give(0, []);
	expect(has()).toEqual(["s1", "s2", "s3"]);
	expect(kept()).toBe(0);
	follower.heard("one", 5, 5);
	expect(asked).toEqual(["new", "gap"]);
});

test("a gap fetches the snapshot anew and drops what is not in it", () => {
	const { follower, give, has, asked, told, isSynced } = setUp();
	give(1, ["a", "b"]);
	follower.event(add(3, "d"));
	expect(asked).toEqual(["new", "gap"]);
	expect(isSynced()).toBe(false);
	expect(has()).toEqual(["a", "b"]);
	give(3, ["b", "d"]);
	expect(has()).toEqual(["b", "d"]);
	expect(told).toEqual(["+live/a", "+live/b", "+live/d", "-live/a resync"]);
});

test.for([
	{ what: "is further", seq: 9, count: 1 },
	{ what: "is behind", seq: 0, count: 1 },
	{ what: "has another number of streams", seq: 1, count: 2 },
])("a sign of life that $what fetches the snapshot anew", ({ seq, count }) => {
	const { follower, give, asked } = setUp();
	give(1, ["a"]);
	follower.heard("one", 1, 1);
	expect(asked).toEqual(["new"]);
	follower.heard("one", seq, count);
	expect(asked).toEqual(["new", "gap"]);
});

test("gaps without end do not become a flood of requests", () => {
	const { follower, give, asked, clock } = setUp();
	give(1, []);
	for (let round = 0; round < 100; round++) {
		follower.event(add(1_000, "x"));
		clock.advance(10);
		if (asked.length > 1) give(1, []);
	}
	expect(asked.length).toBeLessThan(8);
});

test("a lost answer is asked for again, ever more slowly, until it comes", () => {
	const { follower, give, asked, clock } = setUp();
	const waits: number[] = [];
	for (let round = 0; round < 8; round++) {
		const from = clock.now();
		const before = asked.length;
		while (asked.length === before) clock.advance(50);
		waits.push(clock.now() - from);
	}
	expect(waits).toEqual([1_250, 2_500, 5_000, 10_000, 12_000, 13_000, 13_000, 13_000]);
	give(1, ["a"]);
	follower.heard("one", 1, 1);
	clock.advance(60_000);
	expect(asked).toHaveLength(9);
	expect(clock.pending).toBe(0);
});

test("a slow answer is waited for as long as pages keep coming", () => {
	const { give, has, asked, clock } = setUp();
	for (let at = 0; at < 5; at++) {
		clock.advance(900);
		give(1, [`s${at}`], at, 5);
	}
	expect(has()).toHaveLength(5);
	expect(asked).toEqual(["new"]);
});

test("nobody there is as good as lost, without the wait", () => {
	const { follower, ticket, asked, clock } = setUp();
	follower.refused(ticket());
	follower.refused("another");
	clock.advance(250);
	expect(asked).toEqual(["new", "retry"]);
});

test("a restart drops everything of the former run, answers included", () => {
	const { follower, give, has, told, page, ticket } = setUp();
	give(5, ["a"]);
	run(follower.restarted("two"));
	expect(has()).toEqual([]);
	expect(told.at(-1)).toBe("-live/a restart");
	follower.event(add(6, "ghost"));
	run(follower.page(ticket(), page(6, ["ghost"], 0, 1, "one")));
	expect(has()).toEqual([]);
	give(1, ["b"], 0, 1, "two");
	follower.event(add(2, "c", "two"));
	expect(has()).toEqual(["b", "c"]);
});

test("pages of two snapshots are not mixed", () => {
	const { give } = setUp();
	give(1, ["a"], 0, 2);
	expect(() => give(2, ["b"], 1, 2)).toThrow("different snapshots");
	expect(() => give(1, ["b"], 2, 2)).toThrow("different snapshots");
});

test("after the bus was away the table is doubted until the parent speaks, and asked for only where it differs", () => {
	const { follower, give, asked, isSynced } = setUp();
	give(1, ["a"]);
	follower.resume();
	expect(isSynced()).toBe(false);
	follower.heard("one", 1, 1);
	expect(isSynced()).toBe(true);
	expect(asked).toEqual(["new"]);
	follower.heard("one", 2, 2);
	follower.resume();
	expect(asked).toEqual(["new", "gap", "retry"]);
});

test("closing removes the streams and leaves no timer", () => {
	const { follower, give, has, told, clock } = setUp();
	give(1, ["a"]);
	follower.heard("one", 2, 2);
	run(follower.close("left"));
	expect(has()).toEqual([]);
	expect(told.at(-1)).toBe("-live/a left");
	expect(clock.pending).toBe(0);
});
