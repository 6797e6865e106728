import type { Spread } from "../support/percentiles.ts";
import { millis, spread, table } from "../support/table.ts";
import { type FanoutRow, FLOOR } from "./fanout.ts";

const KB = 1_000;

/** For people: each server, and what ours takes as a multiple of the floor and of the others. */
export function fanoutTable(rows: readonly FanoutRow[]): string {
	const others = [...new Set(rows.filter(({ delayMs }) => delayMs === undefined).map(({ name }) => name))];
	const head = ["CPU µs per viewer-second, middle round (least–most)", "viewers", "CPU", "× floor"];
	const cells = rows.map((row) => [
		row.delayMs === undefined ? row.name : `${row.name}, ${row.delayMs} ms`,
		`${row.viewers}`,
		spread(row.cpu),
		timesFloor(row, rows),
		...others.map((name) =>
			times(
				row,
				rows.find((other) => other.name === name && other.viewers === row.viewers),
			),
		),
		millis(row.writes.median),
		row.p50 ? millis(row.p50.median) : "",
		row.p99 ? spread(row.p99) : "",
		row.memory ? millis(row.memory.median / KB) : "",
	]);
	return table([...head, ...others.map((name) => `× ${name}`), "writes/s", "ms p50", "ms p99", "kB each"], cells);
}

function timesFloor(row: FanoutRow, rows: readonly FanoutRow[]): string {
	const { name, viewers, delayMs } = row;
	if (name === FLOOR || delayMs === undefined) return "";
	return times(
		row,
		rows.find((other) => other.name === FLOOR && other.viewers === viewers && other.delayMs === delayMs),
	);
}

function times({ name, cpu }: FanoutRow, other: { name: string; cpu: Spread } | undefined): string {
	if (!other || name === FLOOR || name === other.name) return "";
	return (cpu.median / other.cpu.median).toFixed(2);
}
