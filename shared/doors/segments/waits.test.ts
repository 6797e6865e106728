import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import { WaitingPlaces, Waits } from "./waits.ts";

const stays = new AbortController().signal;

function stage() {
	const clock = new ManualClock();
	const places = new WaitingPlaces();
	return { clock, places, waits: new Waits(clock, places) };
}

test("a thousand requests that wait cost a timer each, and are all answered by one change", async () => {
	const { clock, places, waits } = stage();
	let isThere = false;
	const all = Array.from({ length: 1000 }, () => waits.until(() => isThere, 6000, { connection: {}, signal: stays }));
	expect([places.size, clock.pending]).toEqual([1000, 1000]);
	waits.look();
	isThere = true;
	waits.look();
	expect(new Set(await Promise.all(all))).toEqual(new Set(["there"]));
	expect([places.size, clock.pending]).toEqual([0, 0]);
});

test("nobody waits longer than stated, nor for a peer that left", async () => {
	const { clock, places, waits } = stage();
	const peer = new AbortController();
	const late = waits.until(() => false, 6000, { connection: {}, signal: stays });
	const gone = waits.until(() => false, 6000, { connection: {}, signal: peer.signal });
	peer.abort();
	clock.advance(6000);
	expect([await late, await gone, places.size]).toEqual(["late", "gone", 0]);
});

test("a connection has eight places, and all together ten thousand", async () => {
	const { waits, places } = stage();
	const greedy = { connection: {}, signal: stays };
	for (let i = 0; i < 8; i++) void waits.until(() => false, 6000, greedy);
	expect(await waits.until(() => false, 6000, greedy)).toBe("busy");
	while (places.size < 10_000) void waits.until(() => false, 6000, { connection: {}, signal: stays });
	expect(await waits.until(() => false, 6000, { connection: {}, signal: stays })).toBe("busy");
	expect(await waits.until(() => true, 6000, greedy)).toBe("there");
});
