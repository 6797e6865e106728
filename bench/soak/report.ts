import { table } from "../support/table.ts";
import type { Balance } from "./balance.ts";
import type { Course } from "./leaks.ts";
import type { Minute, SoakResult, Sum } from "./soak.ts";

const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
const sumLine = ({ frames, lost, dup, back }: Sum): string =>
	`${frames} frames, ${lost} lost, ${dup} twice, ${back} back`;

/** What is told each minute, for people. */
export function minuteText({ minute, faults, natsBytes, nodes, ...sum }: Minute): string {
	const nats = natsBytes === null ? "away" : `${mib(natsBytes)} MiB`;
	const rows = nodes.map(({ id, heap, external, rss, sockets, timers, actors }) => [
		id,
		...[heap, external, rss].map(mib),
		...[sockets, timers, actors].map(String),
	]);
	return [
		`minute ${minute}: ${sumLine(sum)}; ${faults} faults; nats-server ${nats}`,
		table(["", "heap MiB", "buffers", "rss", "sockets", "timers", "actors"], rows),
	].join("\n");
}

/** The verdict, for people. */
export function resultText({ balances, faults, complaints, ...sum }: SoakResult): string {
	const rows = balances.map(({ id, minutes, heap, external, quiet, allowed }: Balance) => [
		id,
		minutes.toFixed(1),
		perMinute(heap),
		perMinute(external),
		...(["sockets", "timers", "actors"] as const).map((kind) => `${quiet[kind]} of ${allowed[kind]}`),
	]);
	const head = ["process", "minutes", "heap KiB/min", "buffers KiB/min", "sockets", "timers", "actors"];
	const verdict = complaints.length === 0 ? "nothing lost, nothing leaks" : complaints.join("\n");
	return [`${faults} faults: ${sumLine(sum)}`, table(head, rows), verdict].join("\n");
}

function perMinute({ perMinute, isGrowing }: Course): string {
	if (perMinute === null) return "too short";
	return `${Math.round(perMinute / 1024)}${isGrowing ? " grows" : ""}`;
}
