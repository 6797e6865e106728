import { expect, test } from "vitest";
import type { Alive } from "./messages.ts";
import { FORGET_AFTER, MAX_NODES, PeerTable, SUSPECT_AFTER } from "./peer-table.ts";

const alive = (id: string, incarnation = "one", more: Partial<Alive> = {}): Alive => ({
	node: {
		id,
		role: "origin",
		group: "server1",
		rank: "primary",
		rtmp: "rtmp://127.0.0.1:1935",
		http: "http://127.0.0.1:8080",
		incarnation,
		version: "0.1.0",
	},
	seq: 0,
	streams: 0,
	load: 0,
	draining: false,
	...more,
});

const sweep = (table: PeerTable, now: number, provenAt = now) => table.sweep(now, provenAt);

test("silence while the control plane shows no sign of working is nobody's fault", () => {
	const table = new PeerTable();
	table.hear(alive("a"), 0);
	expect(sweep(table, 10_000, 1_000).suspects).toEqual([]);
	expect(sweep(table, 10_000, 2_000).suspects).toHaveLength(1);
});

test("suspect past three seconds of silence, told once; well when heard again", () => {
	const table = new PeerTable();
	expect(table.hear(alive("a"), 0)).toBe("new");
	expect(sweep(table, SUSPECT_AFTER).suspects).toEqual([]);
	expect(sweep(table, SUSPECT_AFTER + 1).suspects).toMatchObject([{ info: { id: "a" }, suspect: true }]);
	expect(sweep(table, SUSPECT_AFTER + 2).suspects).toEqual([]);
	expect(table.hear(alive("a"), 4_000)).toBe("returned");
	expect(table.get("a")).toMatchObject({ suspect: false });
	expect(table.hear(alive("a"), 5_000)).toBe("known");
});

test("forgotten after a minute; forgiving starts the count anew", () => {
	const table = new PeerTable();
	table.hear(alive("a"), 0);
	sweep(table, FORGET_AFTER);
	table.forgive(FORGET_AFTER);
	expect(sweep(table, 2 * FORGET_AFTER).lost).toEqual([]);
	expect(sweep(table, 2 * FORGET_AFTER + 1).lost).toMatchObject([{ info: { id: "a" } }]);
	expect(table.remove("a")).toBeDefined();
	expect(table.all()).toEqual([]);
});

test("a restart replaces at once; a late word of the former run is ignored, a later one is a duplicate", () => {
	const table = new PeerTable();
	table.hear(alive("a", "one"), 0);
	table.setSynced("a", true);
	expect(table.hear(alive("a", "two"), 1_000)).toBe("restarted");
	expect(table.get("a")).toMatchObject({ synced: false, info: { incarnation: "two" } });
	expect(table.hear(alive("a", "one"), 1_100)).toBe("former");
	expect(table.hear(alive("a", "one"), 3_000)).toBe("duplicate");
	expect(table.get("a")?.info.incarnation).toBe("two");
});

test("when the later of two with one id falls silent, the earlier one is taken back", () => {
	const table = new PeerTable();
	table.hear(alive("a", "one"), 0);
	table.hear(alive("a", "two"), 1_000);
	sweep(table, 5_000);
	expect(table.hear(alive("a", "one"), 5_000)).toBe("restarted");
	expect(table.hear(alive("a", "one"), 6_000)).toBe("known");
});

test("state follows each sign of life, identity stays for the incarnation", () => {
	const table = new PeerTable();
	table.hear(alive("a"), 0);
	const moved = alive("a", "one", { load: 0.5, draining: true, streams: 3 });
	table.hear({ ...moved, node: { ...moved.node, rtmp: "rtmp://elsewhere:1935" } }, 1);
	expect(table.get("a")).toMatchObject({
		load: 0.5,
		draining: true,
		streams: 3,
		info: { rtmp: "rtmp://127.0.0.1:1935" },
	});
});

test("a view once handed out does not change", () => {
	const table = new PeerTable();
	table.hear(alive("a"), 0);
	const view = table.get("a");
	sweep(table, 10_000);
	expect(view?.suspect).toBe(false);
});

test("the table is bounded", () => {
	const table = new PeerTable();
	for (let index = 0; index < MAX_NODES; index++) table.hear(alive(`n${index}`), 0);
	expect(table.hear(alive("one-more"), 0)).toBe("full");
	expect(table.hear(alive("n0"), 1)).toBe("known");
	for (let run = 0; run < 1_000; run++) table.hear(alive("n0", `run${run}`), run);
	expect(table.all()).toHaveLength(MAX_NODES);
});

test("thousands of runs of one id are not believed; after a while the next one is", () => {
	const table = new PeerTable();
	const heard = Array.from({ length: 5_000 }, (_, run) => table.hear(alive("a", `run-${run}`), run));
	expect(heard.filter((one) => one === "restarted")).toHaveLength(8);
	expect(heard.at(-1)).toBe("flapping");
	expect(table.get("a")?.info.incarnation).toBe("run-8");
	expect(table.hear(alive("a", "real"), 11_000)).toBe("restarted");
});

test("nobody is called silent while something of it waits to be heard", () => {
	const table = new PeerTable();
	table.hear(alive("a"), 0);
	table.hear(alive("b"), 0);
	const { suspects } = table.sweep(5_000, 5_000, (id) => id === "a");
	expect(suspects.map(({ info }) => info.id)).toEqual(["b"]);
});
