import { expect, test } from "vitest";
import { stage } from "./test-stage.ts";

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
