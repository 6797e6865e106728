import { expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import type { StreamKey } from "#shared/base/names";
import type { Hub } from "#shared/media/stream";
import { Catalog } from "./catalog.ts";
import { MAX_LOOKUPS, MAX_WAITS, MAX_WAITS_OF_CONNECTION, type Standing, WaitingRoom } from "./waiting-room.ts";

const WAIT_MS = 2000;
const key = (name: string) => `live/${name}` as StreamKey;
const info = (name: string) => ({ key: key(name), hops: ["o1"], codecs: [], since: "2026-01-01T00:00:00Z" });

/** A room before a source that has at once whatever is offered, and what a test says of the others. */
function stage(standingOf: (name: string) => Standing = () => "unknown") {
	const clock = new ManualClock();
	const catalog = new Catalog(clock);
	const opened: string[] = [];
	const lease = { hub: {} as Hub, release: () => {} };
	const answers: ((isThere: boolean) => void)[] = [];
	const source = {
		standing: (asked: StreamKey) => (catalog.get(asked) ? ("known" as const) : standingOf(asked)),
		open: (asked: StreamKey) => {
			opened.push(asked);
			if (catalog.get(asked)) return Promise.resolve(lease);
			return new Promise<typeof lease | undefined>((resolve) => {
				answers.push((isThere) => resolve(isThere ? lease : undefined));
			});
		},
		hops: () => [],
		readers: 0,
		skippedFrames: 0,
		onOver: () => () => {},
	};
	const room = new WaitingRoom({ source, catalog, clock, times: { waitMs: WAIT_MS } });
	const ask = (name: string, connection: object = {}, signal = new AbortController().signal) =>
		room.open(key(name), { connection, signal });
	/** Lets everything that is settled be told. */
	const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
	return { clock, catalog, room, opened, answers, lease, ask, settle };
}

test("a stream nobody offers is not asked of the source until somebody does", async () => {
	const { catalog, opened, lease, ask, room } = stage();
	const asked = ask("a");
	expect([opened, room.size]).toEqual([[], 1]);
	catalog.offer(info("a"));
	expect(await asked).toBe(lease);
	expect([opened, room.size]).toEqual([["live/a"], 0]);
});

test("nobody waits longer than it is worth, and leaves no timer", async () => {
	const { clock, ask, room } = stage();
	const asked = ask("a");
	clock.advance(WAIT_MS);
	expect(await asked).toBeUndefined();
	expect([room.size, clock.pending]).toEqual([0, 0]);
});

test("an asker that goes leaves its place at once", async () => {
	const { ask, room, clock } = stage();
	const gone = new AbortController();
	const asked = ask("a", {}, gone.signal);
	gone.abort();
	expect(await asked).toBeUndefined();
	expect([room.size, clock.pending]).toEqual([0, 0]);
});

test("one connection waits for so many, another one waits all the same, what is offered needs no place", async () => {
	const { catalog, ask, room, lease } = stage();
	const connection = {};
	for (let count = 0; count < MAX_WAITS_OF_CONNECTION; count++) void ask(`phantom${count}`, connection);
	expect(await ask("one-more", connection)).toBeUndefined();
	expect(await room.knows(key("and-more"), { connection, signal: new AbortController().signal })).toBe(false);
	expect(room.refused).toBe(2);
	void ask("other");
	expect(room.size).toBe(MAX_WAITS_OF_CONNECTION + 1);
	catalog.offer(info("real"));
	expect(await ask("real", connection)).toBe(lease);
	expect(await room.knows(key("real"), { connection, signal: new AbortController().signal })).toBe(true);
});

test("all together wait for so many, and then again for as many as have left", async () => {
	const { clock, ask, room, settle } = stage();
	for (let count = 0; count < MAX_WAITS; count++) void ask("a");
	expect(await ask("a")).toBeUndefined();
	expect([room.size, room.refused]).toEqual([MAX_WAITS, 1]);
	clock.advance(WAIT_MS);
	await settle();
	expect(room.size).toBe(0);
	void ask("a");
	expect(room.size).toBe(1);
}, 20_000);

test("servers that announce nothing are asked at once, and a place is taken until their answer is overdue", async () => {
	const { clock, ask, room, opened, answers, settle } = stage(() => "perhaps");
	const connection = {};
	for (let count = 0; count < MAX_WAITS_OF_CONNECTION; count++) void ask(`a${count}`, connection);
	expect(await ask("one-more", connection)).toBeUndefined();
	expect(opened).toHaveLength(MAX_WAITS_OF_CONNECTION);
	// They said no at once: a name a second would be a dial a second.
	for (const answer of answers) answer(false);
	await settle();
	expect(await ask("one-more", connection)).toBeUndefined();
	clock.advance(WAIT_MS);
	void ask("one-more", connection);
	expect([room.size, opened.length]).toEqual([1, MAX_WAITS_OF_CONNECTION + 1]);
});

test("a stream that is found gives its place back", async () => {
	const { ask, room, answers, lease } = stage(() => "perhaps");
	const asked = ask("a");
	answers[0]?.(true);
	expect(await asked).toBe(lease);
	expect(room.size).toBe(0);
});

test("so many are looked for at once, and what is being looked for already needs no place", () => {
	const { ask, room, opened } = stage((asked) => (asked === "live/sought" ? "sought" : "perhaps"));
	for (let count = 0; count <= MAX_LOOKUPS; count++) void ask(`a${count}`);
	expect([opened.length, room.refused]).toEqual([MAX_LOOKUPS, 1]);
	void ask("sought");
	expect(opened.at(-1)).toBe("live/sought");
});
