// Ends with 0 where the service in this container answers; the image has no other HTTP client.
import { get } from "node:http";

const PATIENCE_MS = 3_000;

const port = Number(process.env.MILLRACE_HTTP_PORT || 8080);
const request = get({ host: "127.0.0.1", port, path: "/healthz", timeout: PATIENCE_MS }, ({ statusCode }) => {
	process.exit(statusCode === 200 ? 0 : 1);
});
request.on("error", () => process.exit(1));
request.on("timeout", () => process.exit(1));
