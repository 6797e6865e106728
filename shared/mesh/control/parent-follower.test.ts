import { expect, test } from "vitest";
import { StreamTable } from "./stream-table.ts";
import { add, followerOf, remove, run, stream } from "./test-follower.ts";

test("snapshot, then events in order", () => {
	const { follower, give, has, asked, isSynced } = followerOf();
	expect(asked).toEqual(["new"]);
	give(4, ["a", "b"]);
	expect(isSynced()).toBe(true);
	follower.event(add(5, "c"));
	follower.event(remove(6, "a"));
	expect(has()).toEqual(["b", "c"]);
	expect(asked).toEqual(["new"]);
});

test("events that come before the snapshot count from where it ends", () => {
	const { follower, give, has } = followerOf();
	follower.event(add(3, "old"));
	follower.event(remove(4, "old"));
	follower.event(add(5, "c"));
	give(4, ["a"]);
	expect(has()).toEqual(["a", "c"]);
});

test("pages in any order make one snapshot; twice the same changes nothing", () => {
	const { give, has, isSynced } = followerOf();
	give(2, ["b"], 1, 3);
	give(2, ["b"], 1, 3);
	give(2, ["a"], 0, 3);
	expect(isSynced()).toBe(false);
	give(2, ["c"], 2, 3);
	expect(isSynced()).toBe(true);
	expect(has()).toEqual(["a", "b", "c"]);
});

test("where there is no room, what is there stays, the rest is left out, and the parent counts as in step", () => {
	const full = new StreamTable(3_000);
	const { follower, give, has, told, asked, isSynced, clock } = followerOf({ streams: full });
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
	const { give, has, giveRoom } = followerOf({ streams });
	giveRoom(2);
	give(1, ["a", "b", "c"]);
	expect(has()).toEqual(["a", "b"]);
	expect([...streams.of("other").keys()]).toHaveLength(2);
});

test("events that wait for a snapshot are bounded, and let go of with it", () => {
	const { follower, give, has, asked, kept } = followerOf({ keep: 3 });
	for (let seq = 1; seq <= 5; seq++) follower.event(add(seq, `s${seq}`));
	expect(kept()).toBe(3);
	give(0, []);
	expect(has()).toEqual(["s1", "s2", "s3"]);
	expect(kept()).toBe(0);
	follower.heard("one", 5, 5);
	expect(asked).toEqual(["new", "gap"]);
});

test("a gap fetches the snapshot anew and drops what is not in it", () => {
	const { follower, give, has, asked, told, isSynced } = followerOf();
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
	const { follower, give, asked } = followerOf();
	give(1, ["a"]);
	follower.heard("one", 1, 1);
	expect(asked).toEqual(["new"]);
	follower.heard("one", seq, count);
	expect(asked).toEqual(["new", "gap"]);
});

test("a restart drops everything of the former run, answers included", () => {
	const { follower, give, has, told, page, ticket } = followerOf();
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
	const { give } = followerOf();
	give(1, ["a"], 0, 2);
	expect(() => give(2, ["b"], 1, 2)).toThrow("different snapshots");
	expect(() => give(1, ["b"], 2, 2)).toThrow("different snapshots");
});

test("after the bus was away the table is doubted until the parent speaks, and asked for only where it differs", () => {
	const { follower, give, asked, isSynced } = followerOf();
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
	const { follower, give, has, told, clock } = followerOf();
	give(1, ["a"]);
	follower.heard("one", 2, 2);
	run(follower.close("left"));
	expect(has()).toEqual([]);
	expect(told.at(-1)).toBe("-live/a left");
	expect(clock.pending).toBe(0);
});
