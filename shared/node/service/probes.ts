import type { Metrics } from "#shared/base/runtime";
import type { Directory } from "#shared/mesh/control";
import type { HttpApp } from "#shared/net/http";
import { mergeMetrics, type Siblings } from "#shared/node/workers";

export type ProbesOptions = {
	directory: Pick<Directory, "state">;
	isDraining(): boolean;
};

/** Adds `/healthz` (the process answers) and `/readyz` (it accepts work). */
export function serveProbes(app: HttpApp, { directory, isDraining }: ProbesOptions): void {
	const whyNot = (): string | undefined => {
		if (isDraining()) return "draining";
		return directory.state === "connecting" ? "the control plane has not been reached yet" : undefined;
	};
	app.get("/healthz", (_request, reply) => reply.type("text/plain").send("ok\n"));
	app.get("/readyz", (_request, reply) => {
		const reason = whyNot();
		return reply
			.code(reason === undefined ? 200 : 503)
			.type("text/plain")
			.send(`${reason ?? "ready"}\n`);
	});
}

/** Adds `/metrics` for Prometheus. With other workers it has the series of all that answer. */
export function serveMetrics(app: HttpApp, metrics: Metrics, siblings: Siblings | undefined): void {
	app.get("/metrics", async (_request, reply) => {
		const { registry } = metrics;
		const [own, others] = await Promise.all([registry.metrics(), siblings?.gather("metrics")]);
		return reply.type(registry.contentType).send(others ? mergeMetrics([own, ...others]) : own);
	});
}
