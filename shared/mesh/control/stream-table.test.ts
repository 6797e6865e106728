import { expect, test } from "vitest";
import { parseStreamKey, type StreamKey } from "#shared/base/names";
import { StreamTable } from "./stream-table.ts";

const stream = (name: string, codecs: string[] = []) => ({
	key: parseStreamKey(`live/${name}`) as StreamKey,
	hops: ["n"],
	codecs,
	since: "2026-01-31T12:00:00Z",
});

test("what is taken in has a bound in bytes for all nodes, and what leaves makes room", () => {
	const table = new StreamTable(100_000);
	let taken = 0;
	while (table.set(`node-${taken % 7}`, stream(`s${taken}`)) === "set") taken++;
	expect(taken).toBeGreaterThan(100);
	expect(taken).toBeLessThan(200);
	expect(table.set("node-1", stream("one-more"))).toBe("full");
	expect(
		table.set(
			"node-0",
			stream(
				"s0",
				Array.from({ length: 16 }, () => "c".repeat(64)),
			),
		),
	).toBe("full");
	expect(table.of("node-0").get(stream("s0").key)?.codecs).toEqual([]);
	table.delete("node-0", stream("s0").key);
	expect(table.set("node-1", stream("one-more"))).toBe("set");
	expect(table.hasRoom()).toBe(false);
});

test("a node with less than an equal share may take from the largest, which may not take from it", () => {
	const table = new StreamTable(100_000);
	for (let at = 0; at < 3; at++) table.set("quiet", stream(`q${at}`));
	let taken = 0;
	while (table.set("noisy", stream(`n${taken}`)) === "set") taken++;
	expect(table.largest()).toBe("noisy");
	expect(table.isBelowShare("quiet")).toBe(true);
	expect(table.isBelowShare("new")).toBe(true);
	expect(table.isBelowShare("noisy")).toBe(false);
});
