import { expect, test } from "vitest";
import { stage } from "./test-stage.ts";

test("play goes out to one server and its standby; the first to answer is on air", () => {
	const { open, live, onAir, changes } = stage(["a", "b", "c"]);
	expect(open()).toEqual(["a", "b"]);
	expect(onAir()).toBeUndefined();
	live("b");
	live("a");
	expect(onAir()).toBe("b");
	expect(changes).toEqual(["->b first"]);
});

test("in one group the secondary is the hot standby of the primary, and takes over at once", () => {
	const { open, well, lose, onAir, changes } = stage(["a", "a2:a"]);
	expect(open()).toEqual(["a", "a2"]);
	well("a");
	well("a2");
	lose("a");
	expect(onAir()).toBe("a2");
	expect(changes).toEqual(["->a first", "a>a2 idle"]);
});

test("standby 0 dials one server, and the other one of its group when that is lost", () => {
	const { open, well, lose, onAir } = stage(["a", "a2:a"], { standby: 0 });
	expect(open()).toEqual(["a"]);
	well("a");
	lose("a");
	expect(open()).toEqual(["a2"]);
	well("a2");
	expect(onAir()).toBe("a2");
});

test("on a loss the next in the list is on air at once, and a further server plays along", () => {
	const { open, well, lose, onAir, changes } = stage(["a", "b", "c"]);
	well("a");
	well("b");
	lose("a", "idle");
	expect(onAir()).toBe("b");
	expect(open()).toEqual(["b", "c"]);
	expect(changes).toEqual(["->a first", "a>b idle"]);
});

test("what comes back goes to the bottom of the list, and the one on air stays there", () => {
	const { well, lose, onAir, open, clock, changes } = stage(["a", "b"]);
	well("a");
	well("b");
	lose("a");
	clock.increment(100);
	expect(open()).toEqual(["b", "a"]);
	well("a");
	clock.increment(60_000);
	expect(onAir()).toBe("b");
	lose("b");
	expect(onAir()).toBe("a");
	expect(changes).toEqual(["->a first", "a>b idle", "b>a idle"]);
});

test("behind the switch a lost primary is tried three times, then its secondary three times, and so on", () => {
	const { well, lose, clock, tries, open } = stage(["a", "b", "a2:a"]);
	well("a");
	well("b");
	lose("a");
	lose("a2", "lost");
	for (let attempt = 0; attempt < 9; attempt++) {
		clock.increment(5000);
		const [, tried = ""] = open();
		lose(tried, "lost");
	}
	expect(tries().slice(0, 3)).toEqual(["a", "b", "a2"]);
	expect(tries().slice(3).join(" ")).toBe("a a a2 a2 a a a a2 a2");
});

test("a server that answers with what it had in store and then falls silent is tried more and more seldom", () => {
	const { well, live, lose, clock, open } = stage(["a", "b"]);
	well("a");
	well("b");
	lose("a");
	const pauses: number[] = [];
	for (let attempt = 0; attempt < 8; attempt++) {
		let pause = 0;
		for (; !open().includes("a"); pause += 25) clock.increment(25);
		pauses.push(pause);
		live("a");
		clock.increment(1000);
		lose("a");
	}
	expect(pauses[0]).toBeLessThanOrEqual(100);
	for (const pause of pauses.slice(6)) expect(pause).toBeGreaterThanOrEqual(2500);
});

test("once media has kept flowing the tries count anew", () => {
	const { well, lose, clock, open } = stage(["a", "b"]);
	well("b");
	for (let attempt = 0; attempt < 6; attempt++) {
		lose("a", "lost");
		clock.increment(5000);
	}
	well("a");
	lose("a");
	clock.increment(100);
	expect(open()).toContain("a");
});

test("retries back off to a few seconds and never end while somebody waits", () => {
	const { lose, clock, tries, open } = stage(["a"], { patience: { first: undefined, later: undefined } });
	const at: number[] = [];
	for (let elapsed = 0; elapsed < 60_000; elapsed += 25) {
		if (open().length > 0) {
			at.push(elapsed);
			lose("a", "lost");
		}
		clock.increment(25);
	}
	const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
	expect(pauses[0]).toBeLessThanOrEqual(125);
	for (const pause of pauses.slice(6)) expect(pause).toBeGreaterThanOrEqual(2500);
	expect(Math.max(...pauses)).toBeLessThanOrEqual(5025);
	expect(tries().length).toBe(at.length);
});

test("of servers that come and go only the last are remembered, and none has an actor", () => {
	const { actor, well, lose, offer, clock } = stage(["b"]);
	well("b");
	for (let count = 0; count < 100; count++) {
		offer("b", `x${count}`);
		lose(`x${count}`, "lost");
		offer("b");
		clock.increment(100);
	}
	expect(actor.getSnapshot().context.roster.entries).toHaveLength(1 + 64);
	expect(Object.keys(actor.getSnapshot().children)).toEqual(["server b"]);
});

test("stopping it ends every pull", () => {
	const { actor, open } = stage(["a", "b"]);
	actor.stop();
	expect(open()).toEqual([]);
});
