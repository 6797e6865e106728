import { performance } from "node:perf_hooks";

/** A shorter time shows a moment and not the load. */
const SPAN_MS = 1_000;

/** Tells when asked for which share of at least the last second the event loop of this process was busy: 0 to 1. */
export function loadMeter(): () => number {
	let from = performance.eventLoopUtilization();
	let startedAt = performance.now();
	let load = 0;
	return () => {
		const now = performance.now();
		if (now - startedAt < SPAN_MS) return load;
		const total = performance.eventLoopUtilization();
		load = performance.eventLoopUtilization(total, from).utilization;
		from = total;
		startedAt = now;
		return load;
	};
}
