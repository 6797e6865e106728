import { cpus, loadavg } from "node:os";

/** What a figure was measured on; the load is that of the minute before. */
export type Machine = { readonly cpu: string; readonly cores: number; readonly node: string; readonly load: number };

/** This machine, now: to be asked before a bench makes load of its own. */
export function thisMachine(): Machine {
	const [first, ...others] = cpus();
	const [load = 0] = loadavg();
	const cpu = first?.model.trim() ?? "unknown CPU";
	return { cpu, cores: others.length + 1, node: process.version, load: Math.round(load * 100) / 100 };
}

/** The machine as the line that stands above a table. */
export const machineLine = ({ cpu, cores, node, load }: Machine): string =>
	`${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, Node ${node}, load average before the run ${load}`;
