import { once } from "node:events";
import { connect } from "node:net";
import { mutate } from "../mutate.ts";
import type { Random } from "../random.ts";
import { cutRandomly } from "../target.ts";
import type { ProcessTarget } from "./process-target.ts";

const SOCKETS = 40;
/** An answer on loopback is there by then, or the request wants more bytes. */
const PATIENCE_MS = 100;

const request = (line: string, ...more: readonly string[]): Buffer =>
	Buffer.from([`${line} HTTP/1.1`, "Host: fuzz", ...more].join("\r\n"));
const end = "\r\n";

const corpus = {
	seeds: [
		request("GET /live/clean.flv", end),
		request("HEAD /live/clean.flv", end),
		request("OPTIONS /live/clean.flv", "Origin: http://192.0.2.1", "Access-Control-Request-Method: GET", end),
		request("GET /live/none.flv", "Connection: keep-alive", end),
		request("GET /metrics", end),
		request("GET /readyz", end),
		request("GET /api/v1/subscriptions", "Accept: */*", end),
		request("GET /api/v1/subscriptions/live/clean", end),
		request("POST /api/v1/subscriptions", "Content-Length: 5", end, "hello"),
		request("POST /metrics", "Transfer-Encoding: chunked", end, "3\r\nabc\r\n0\r\n\r\n"),
		request("GET /live/clean.flv", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", end),
		request("GET /live/clean.flv", "Range: bytes=0-", "Expect: 100-continue", end),
	] as [Buffer, ...Buffer[]],
	words: [
		...[
			"\r\n\r\n",
			"GET /live/clean.flv HTTP/1.1\r\n\r\n",
			"%00",
			"%2e%2e/",
			"%",
			"//",
			"?",
			"#",
			"\0",
			"Content-Length: 99999999999\r\n",
		],
		...[
			"Transfer-Encoding: chunked\r\n",
			"Connection: close\r\n",
			"HTTP/1.0",
			"HTTP/2.0",
			"http://192.0.2.1/",
			"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		],
	].map((word) => Buffer.from(word)),
};

async function ask(url: string, random: Random): Promise<void> {
	const { hostname, port } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port), noDelay: true });
	socket.on("error", () => {});
	const closed = once(socket, "close");
	socket.setTimeout(PATIENCE_MS, () => socket.destroy());
	if (random.oneIn(8)) socket.pause();
	else socket.once("data", () => socket.destroy());
	for (const piece of cutRandomly(mutate(corpus, random), random)) socket.write(piece);
	if (random.oneIn(4)) socket.end();
	await closed;
}

export const http: ProcessTarget = {
	name: "process-http",
	open: async (stage) => ({
		round: async (random) => {
			const doors = [stage.edge, stage.edge, ...stage.origins].map((node) => node.http) as [string, ...string[]];
			await Promise.all(Array.from({ length: SOCKETS }, () => ask(random.pick(doors), random)));
			return { inputs: SOCKETS };
		},
		[Symbol.asyncDispose]: async () => {},
	}),
};
