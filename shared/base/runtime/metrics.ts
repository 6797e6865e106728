import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Metrics of one service under `millrace_`. Their help lines say what they count. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Outcomes of the gate. */
const DENIED = "denied, too-many, too-late, failed, gone";

/** All metrics of one service in their own registry. Gauges are read at scrape time, see `observe`. */
export function createMetrics(labels: { node: string; role: string }) {
	const registry = new Registry();
	registry.setDefaultLabels(labels);
	collectDefaultMetrics({ register: registry, prefix: "millrace_" });
	const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
		new Counter({ name: `millrace_${name}`, help, labelNames, registers: [registry] });
	return {
		registry,
		connectionsRefused: counter("connections_refused_total", "Connections closed at the door, by reason.", ["reason"]),
		protocolErrors: counter("protocol_errors_total", "Connections closed for what their peer sent, by reason.", [
			"reason",
		]),
		nodesRefused: counter("nodes_refused_total", "Node links refused: no proof, wrong proof, a loop.", ["reason"]),
		publishes: counter(
			"publishes_total",
			`Publishes by outcome: accepted, taken-over, returned, silent, bad-name, busy, full, not-here, ${DENIED}.`,
			["outcome"],
		),
		plays: counter(
			"plays_total",
			`Plays and pulls by outcome: accepted, not-found, bad-name, nodes-only, pipelined, ${DENIED}.`,
			["outcome"],
		),
		evictions: counter("readers_evicted_total", "Readers closed by the hub, by reason.", ["reason"]),
		switches: counter(
			"upstream_switches_total",
			"Switches to another feed of a stream, by cause: closed, silent, slower.",
			["cause"],
		),
		switchGap: new Histogram({
			name: "millrace_upstream_switch_gap_seconds",
			help: "Wall time without a frame at a switch.",
			buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
			registers: [registry],
		}),
		discontinuities: counter("upstream_discontinuities_total", "Switches to another encoder's frames."),
		feedFailures: counter("feed_failures_total", "Errors on the way of packets, by what was ended: feed, stream.", [
			"ended",
		]),
		codecHeadersMalformed: counter(
			"codec_headers_malformed_total",
			"Codec headers that cannot be read, by track: audio, video. They are relayed as they are.",
			["track"],
		),
		segmentsRefused: counter(
			"segment_messages_refused_total",
			"Messages about segments that were thrown away, by reason: malformed, misplaced, uninvited.",
			["reason"],
		),
		pulls: counter("pulls_total", "Pulls by how they ended.", ["outcome"]),
		requestsUnheard: counter(
			"http_requests_unheard_total",
			"HTTP requests not answered: their connection plays a stream.",
		),
		errorsContained: counter(
			"errors_contained_total",
			"Mistakes of this program that ended what they met and nothing else, by where.",
			["where"],
		),
		control: counter("control_events_total", "Events of the control plane.", ["event", "reason"]),
	};
}

/** Adds a counter that is kept elsewhere. `total` is called at each scrape; it must be cheap and may only grow. */
export function observeTotal(metrics: Metrics, name: string, help: string, total: () => number): void {
	new Counter({
		name: `millrace_${name}_total`,
		help,
		registers: [metrics.registry],
		collect() {
			this.reset();
			this.inc(total());
		},
	});
}

/** Adds a gauge. `value` is called at each scrape. */
export function observe(metrics: Metrics, name: string, help: string, value: () => number): void {
	new Gauge({
		name: `millrace_${name}`,
		help,
		registers: [metrics.registry],
		collect() {
			this.set(value());
		},
	});
}
