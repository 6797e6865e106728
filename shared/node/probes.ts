import type { Node } from "./node.ts";

/** Adds `/healthz` (the process answers), `/readyz` (it takes work) and `/metrics` (Prometheus). */
export function serveProbes(node: Node): void {
	const { metrics, directory } = node;
	const { app } = node.http;
	const whyNot = (): string | undefined => {
		if (node.isDraining) return "draining";
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
	app.get("/metrics", async (_request, reply) => {
		const text = await metrics.registry.metrics();
		return reply.type(metrics.registry.contentType).send(text);
	});
}
