import type { Directory } from "#shared/control";
import type { HttpApp } from "#shared/net";
import type { Metrics } from "#shared/runtime";

/** Adds `/healthz` (the process answers), `/readyz` (it has found the control plane once) and `/metrics` (Prometheus). */
export function serveProbes(http: HttpApp, directory: Pick<Directory, "state">, metrics: Metrics): void {
	http.get("/healthz", (_request, reply) => reply.type("text/plain").send("ok\n"));
	http.get("/readyz", (_request, reply) => {
		const isReady = directory.state !== "connecting";
		return reply
			.code(isReady ? 200 : 503)
			.type("text/plain")
			.send(isReady ? "ready\n" : "the control plane has not been reached yet\n");
	});
	http.get("/metrics", async (_request, reply) => {
		const text = await metrics.registry.metrics();
		return reply.type(metrics.registry.contentType).send(text);
	});
}
