import { expect, test } from "vitest";
import { type FanoutRow, FLOOR } from "./fanout.ts";
import { fanoutTable } from "./fanout-table.ts";

const steady = (value: number) => ({ median: value, least: value, most: value });
const row = (name: string, delayMs: number | undefined, cpu: number): FanoutRow => ({
	name,
	viewers: 1_000,
	delayMs,
	cpu: steady(cpu),
	writes: steady(10),
});
const ROWS = [
	row("millrace edge", 100, 90),
	row(FLOOR, 100, 75),
	row("millrace edge", 20, 240),
	row("other", undefined, 120),
];

test.for([
	{ name: "millrace edge, 100 ms", times: ["1.20", "0.75"] },
	{ name: "millrace edge, 20 ms", times: ["2.00"] },
	{ name: "other", times: [] },
])("$name is compared with its own floor and with others", ({ name, times }) => {
	const [, ...lines] = fanoutTable(ROWS).split("\n");
	const line = lines.find((text) => text.startsWith(`${name} `)) ?? "";
	expect(line.match(/ \d\.\d\d(?= )/g)?.map((text) => text.trim()) ?? []).toEqual(times);
});
