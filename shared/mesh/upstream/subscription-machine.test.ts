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

test.for([["b"], ["a2:a"]] as const)(
	"a server that withdraws is left once %s is known to play, not before",
	([other]) => {
		const { well, live, flow, open, onAir, offer, changes } = stage(["a", other], { standby: 0 });
		const [id = ""] = other.split(":");
		well("a");
		offer(other);
		expect(open()).toEqual(["a", id]);
		live(id);
		expect(open()).toEqual(["a", id]);
		expect(onAir()).toBe("a");
		flow(id);
		expect(open()).toEqual([id]);
		expect(onAir()).toBe(id);
		expect(changes).toEqual(["->a first", `a>${id} withdrawn`]);
		offer();
		expect(open()).toEqual([id]);
	},
);

test("with a hot standby a withdrawn server is left at once", () => {
	const { well, open, onAir, offer } = stage(["a", "b", "c"]);
	well("a");
	well("b");
	offer("b", "c");
	expect(onAir()).toBe("b");
	expect(open()).toEqual(["b", "c"]);
});

test("a server that withdraws while it is dialled is not counted on: another one is asked, and takes over from it", () => {
	const { live, well, offer, open, onAir } = stage(["a", "b"], { standby: 0 });
	offer("b");
	expect(open()).toEqual(["a", "b"]);
	live("a");
	expect(onAir()).toBe("a");
	well("b");
	expect(open()).toEqual(["b"]);
});

test("a server that withdraws for a moment only goes on", () => {
	const { well, offer, open, onAir } = stage(["a"]);
	well("a");
	offer();
	offer("a", "b");
	well("b");
	expect(open()).toEqual(["a", "b"]);
	expect(onAir()).toBe("a");
});

test("a suspect server goes on playing and is asked for nothing new", () => {
	const { well, lose, offer, open, onAir, clock } = stage(["a", "a2:a"]);
	well("a");
	well("a2");
	offer("a!", "a2:a");
	expect(open()).toEqual(["a", "a2"]);
	expect(onAir()).toBe("a");
	lose("a");
	clock.increment(60_000);
	expect(open()).toEqual(["a2"]);
	offer("a", "a2:a");
	expect(open()).toEqual(["a2", "a"]);
});

test("a farther tier is a refuge: asked when the nearer one is lost, left when that is known to play", () => {
	const { well, live, flow, lose, open, onAir, clock, changes } = stage(["i1", "o1@1", "o2@1", "o3@1"]);
	expect(open()).toEqual(["i1"]);
	well("i1");
	lose("i1");
	expect(open()).toEqual(["o1", "o2"]);
	well("o1");
	well("o2");
	clock.increment(100);
	expect(open()).toEqual(["o1", "o2", "i1"]);
	live("i1");
	expect(open()).toEqual(["o1", "o2", "i1"]);
	flow("i1");
	expect(open()).toEqual(["i1"]);
	expect(onAir()).toBe("i1");
	expect(changes.at(-1)).toBe("o1>i1 better");
});

test("while nobody answers, one more server is asked every now and then, whatever its tier", () => {
	const { open, clock, live, well } = stage(["a", "b", "c", "o@1"], { standby: 0 });
	expect(open()).toEqual(["a"]);
	clock.increment(300);
	expect(open()).toEqual(["a", "b"]);
	clock.increment(300);
	clock.increment(300);
	expect(open()).toEqual(["a", "b", "c", "o"]);
	live("o");
	well("b");
	expect(open()).toEqual(["a", "b", "c"]);
	live("a");
	expect(open()).toEqual(["b", "c"]);
});

test.for([
	["never", undefined, "b"],
	["after holdMs", 3000, "a"],
] as const)("a server that was preferred is back on air %s", ([, holdMs, want]) => {
	const { live, flow, well, lose, clock, onAir } = stage(["a", "b"], { holdMs });
	well("a");
	well("b");
	lose("a");
	clock.increment(100);
	live("a");
	clock.increment(1000);
	flow("a");
	clock.increment(2999);
	expect(onAir()).toBe("b");
	clock.increment(1);
	expect(onAir()).toBe(want);
});

test("a server that is to come back is asked also where no standby is wanted, and the other one rests then", () => {
	const { well, lose, clock, onAir, open } = stage(["a", "a2:a"], { standby: 0, holdMs: 3000 });
	well("a");
	lose("a");
	well("a2");
	clock.increment(100);
	expect(open()).toEqual(["a2", "a"]);
	well("a");
	clock.increment(2999);
	expect(open()).toEqual(["a2", "a"]);
	clock.increment(1);
	expect(onAir()).toBe("a");
	expect(open()).toEqual(["a"]);
});

test("a better server that is lost while it is watched has to be well anew", () => {
	const { well, lose, clock, onAir } = stage(["a", "b"], { holdMs: 3000 });
	well("a");
	well("b");
	lose("a");
	clock.increment(100);
	well("a");
	clock.increment(2000);
	lose("a");
	clock.increment(500);
	well("a");
	clock.increment(2000);
	expect(onAir()).toBe("b");
	clock.increment(1000);
	expect(onAir()).toBe("a");
});

test.for([
	["before the first media", false, 2000],
	["after it was live", true, 5000],
] as const)("gives up %s when its patience is over", ([, wasLive, patience]) => {
	const { well, lose, clock, open, offer, isOver } = stage(["a"]);
	if (wasLive) well("a");
	offer();
	lose("a");
	clock.increment(patience - 1);
	expect(isOver()).toBe(false);
	clock.increment(1);
	expect(isOver()).toBe(true);
	expect(open()).toEqual([]);
});

test("a first answer gives a server the longer patience in which to go on", () => {
	const { live, flow, clock, isOver } = stage(["a"]);
	clock.increment(1900);
	live("a");
	clock.increment(1000);
	expect(isOver()).toBe(false);
	flow("a");
	clock.increment(60_000);
	expect(isOver()).toBe(false);
});

test("old groups of pictures do not stretch the patience: a stream whose only encoder hangs is over", () => {
	const { well, live, lose, clock, open, isOver } = stage(["a"]);
	well("a");
	lose("a");
	let elapsed = 0;
	const step = (): void => {
		clock.increment(50);
		elapsed += 50;
	};
	while (!isOver() && elapsed < 60_000) {
		while (!isOver() && open().length === 0) step();
		if (isOver()) break;
		live("a");
		for (let media = 0; media < 1000; media += 50) step();
		lose("a");
	}
	expect(elapsed).toBeGreaterThanOrEqual(5000);
	expect(elapsed).toBeLessThanOrEqual(6000);
});

test("a trial that is under way when the patience ends is waited for, and nobody new is asked", () => {
	const { well, live, flow, lose, clock, offer, open, isOver } = stage(["a"]);
	well("a");
	lose("a");
	clock.increment(4500);
	live("a");
	clock.increment(500);
	offer("a", "b");
	expect(open()).toEqual(["a"]);
	expect(isOver()).toBe(false);
	flow("a");
	expect(open()).toEqual(["a", "b"]);
});

test("whoever comes back in time puts the stream on air again", () => {
	const { well, lose, clock, offer, onAir, open, isOver } = stage(["a"]);
	well("a");
	offer();
	lose("a");
	clock.increment(4000);
	offer("b");
	expect(open()).toEqual(["b"]);
	well("b");
	clock.increment(60_000);
	expect(onAir()).toBe("b");
	expect(isOver()).toBe(false);
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
