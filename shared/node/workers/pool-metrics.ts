import { Counter, Registry } from "prom-client";

/** The metrics of a process that only starts others, in their own registry. */
export function createPoolMetrics(labels: { node: string; role: string }) {
	const registry = new Registry();
	registry.setDefaultLabels(labels);
	return {
		registry,
		restarts: new Counter({
			name: "millrace_worker_restarts_total",
			help: "Workers started again because they died or froze.",
			registers: [registry],
		}),
	};
}
