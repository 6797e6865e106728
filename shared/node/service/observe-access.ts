import { Gauge } from "prom-client";
import type { Access } from "#shared/access/admission";
import { type Metrics, observe, observeTotal } from "#shared/base/runtime";

/** Adds metrics about sessions and their traffic, with the same names in every service. They are read at scrape time only. */
export function observeAccess(
	metrics: Metrics,
	{ sessions, ...access }: { sessions: Access["sessions"]; waiting(): number },
): void {
	new Gauge({
		name: "millrace_sessions",
		help: "Who publishes, plays (viewers) and pulls (nodes) here.",
		labelNames: ["action", "protocol"],
		registers: [metrics.registry],
		collect() {
			this.reset();
			for (const { action, protocol, count } of sessions.counts()) this.set({ action, protocol }, count);
		},
	});
	observeTotal(
		metrics,
		"media_bytes_out",
		"Media written to viewers and nodes, as their protocols write them.",
		() => sessions.totals.bytesOut,
	);
	observe(metrics, "access_waiting", "Requests that wait to hear whether they are allowed.", access.waiting);
}
