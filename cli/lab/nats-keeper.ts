// Runs a nats-server for as long as the process that started this one lives, and dies as the server dies:
// the server itself would outlive a lab that is killed.
import { spawn } from "node:child_process";

const CLIENT_PORT = /Listening for client connections on [^\s]+:(\d+)/;
const READY = /Server is ready/;
/** The log up to "ready" is two dozen lines. */
const MAX_LOG_CHARACTERS = 16_384;

const [program = "nats-server", port = "-1"] = process.argv.slice(2);
const server = spawn(program, ["-a", "127.0.0.1", "-p", port], { stdio: ["ignore", "ignore", "pipe"] });
let log = "";

// SIGKILL, because the server keeps nothing worth saving and may be frozen.
const stop = (): void => void server.kill("SIGKILL");
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.on("disconnect", stop);

server.stderr.on("data", (bytes: Buffer) => {
	process.stderr.write(bytes);
	if (log === "ready") return;
	log = (log + bytes.toString()).slice(-MAX_LOG_CHARACTERS);
	const bound = CLIENT_PORT.exec(log)?.[1];
	if (!READY.test(log) || bound === undefined) return;
	log = "ready";
	process.send?.({ event: "ready", port: Number(bound), pid: server.pid });
});
server.on("error", (error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
server.on("exit", (code, signal) => {
	process.removeAllListeners("SIGTERM");
	if (signal) process.kill(process.pid, signal);
	else process.exit(code ?? 1);
});
