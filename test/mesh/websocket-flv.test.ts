import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { sessionPage } from "#shared/access/sessions";
import { Scope } from "#shared/base/runtime";
import { FLV_HEADER, readFlv } from "#shared/formats/flv";
import type { Edge } from "../../services/edge/edge.ts";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawBytes } from "../support/raw-bytes.ts";
import { TestPublisher } from "../support/rtmp-peer.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const scope = new Scope();
let mesh: TestMesh;
let edge: Edge;
let origin: { rtmp: string };

beforeAll(async () => {
	mesh = scope.use(new TestMesh());
	origin = await mesh.origin("o1");
	edge = await mesh.edge("e1", { text: "{waitMs: 500, lingerMs: 100}" });
	scope.use(await PacedEncoder.start([`${origin.rtmp}/live/cam`], demoClip(), { speed: 0.1 }));
	const status = async () => (await fetch(`${edge.http}/live/cam.flv`, { method: "HEAD" })).status;
	await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 10_000 });
});

afterAll(async () => {
	await scope[Symbol.asyncDispose]();
});

type Watched = { socket: WebSocket; messages: Buffer[]; pongs: string[]; closed: Promise<[number, string]> };

/** A player by somebody else's WebSocket. */
function watch(http: string, name: string): Watched {
	const socket = new WebSocket(`${http.replace("http", "ws")}/live/${name}.flv`);
	onTestFinished(() => socket.terminate());
	const messages: Buffer[] = [];
	const pongs: string[] = [];
	socket.on("message", (message: Buffer) => messages.push(message));
	socket.on("pong", (payload) => pongs.push(payload.toString()));
	socket.on("error", () => {});
	const closed = new Promise<[number, string]>((resolve) => {
		socket.once("close", (code, why) => resolve([code, why.toString()]));
	});
	return { socket, messages, pongs, closed };
}

/** A connection that has shaken hands and gets media, for what no WebSocket library would send. */
async function raw(): Promise<RawBytes> {
	const client = new RawBytes(edge.http);
	onTestFinished(() => client[Symbol.dispose]());
	client.send(ask({}));
	await expect.poll(() => text(client)).toContain("FLV");
	return client;
}

const ask = (headers: Record<string, string>, path = "/live/cam.flv"): string => {
	const all = {
		Host: "edge",
		Upgrade: "websocket",
		Connection: "keep-alive, Upgrade",
		"Sec-WebSocket-Key": KEY,
		"Sec-WebSocket-Version": "13",
		...headers,
	};
	const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
	return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
};
const text = ({ received }: RawBytes) => Buffer.concat(received).toString("latin1");
const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const faults = (reason: string) => metric(edge.http, "millrace_protocol_errors_total", { reason });

test("a WebSocket has the bytes of HTTP-FLV, and a close frame at the end of the stream", async () => {
	const clip = demoClip().filter(({ time }) => time < 2000);
	using publisher = new TestPublisher(`${origin.rtmp}/live/short`);
	await publisher.ready;
	publisher.send(clip);
	const early = watch(edge.http, "short");
	const last = framesOf(clip).map(idOf).at(-1);
	const framesAt = ({ messages }: Watched) =>
		messages.length ? framesOf(readFlv(Buffer.concat(messages))).map(idOf) : [];
	await expect.poll(() => framesAt(early).at(-1)).toBe(last);
	const late = watch(edge.http, "short");
	await expect.poll(() => framesAt(late).at(-1)).toBe(last);
	const flv = await fetch(`${edge.http}/live/short.flv`);
	publisher[Symbol.dispose]();
	const body = Buffer.from(await flv.arrayBuffer());
	expect(await late.closed).toEqual([1000, expect.stringContaining("the stream is over")]);
	expect(late.messages[0]).toEqual(FLV_HEADER);
	expect(Buffer.concat(late.messages).equals(body)).toBe(true);
});

test("the handshake is answered as RFC 6455 §1.3 says, and the session says how it came", async () => {
	const client = await raw();
	expect(text(client)).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
	expect(text(client)).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
	expect(text(client)).toMatch(/Connection: Upgrade\r\n/);
	const sessions = async (): Promise<unknown> =>
		(await fetch(`${edge.http}/api/v1/sessions?protocol=ws-flv&key=live/cam`)).json();
	await expect.poll(async () => sessionPage.parse(await sessions()).total).toBe(1);
	client[Symbol.dispose]();
	await expect.poll(async () => sessionPage.parse(await sessions()).total).toBe(0);
});

test.for([
	["an unknown stream", ask({}, "/live/nobody.flv"), "404 Not Found", "there is no stream live/nobody"],
	["a name that is none", ask({}, "/live/a%20b.flv"), "404 Not Found", "there is no stream"],
	["another version", ask({ "Sec-WebSocket-Version": "8" }), "426 Upgrade Required", "Sec-WebSocket-Version: 13"],
	["no version", ask({ "Sec-WebSocket-Version": "" }), "426 Upgrade Required", "Sec-WebSocket-Version: 13"],
	["a key that is none", ask({ "Sec-WebSocket-Key": "x" }), "400 Bad Request", "Sec-WebSocket-Key"],
] as const)("what is refused is answered in HTTP that a page can read: %s", async ([, request, status, words]) => {
	using client = new RawBytes(edge.http);
	client.send(request);
	await expect.poll(() => text(client).toLowerCase()).toContain(words.toLowerCase());
	expect(text(client)).toContain(`HTTP/1.1 ${status}\r\n`);
	expect(text(client).toLowerCase()).toContain("access-control-allow-origin: *\r\n");
});

test("an upgrade to something else is a plain request", async () => {
	using client = new RawBytes(edge.http);
	client.send(ask({ Upgrade: "h2c", Connection: "Upgrade, HTTP2-Settings" }));
	await expect.poll(() => text(client)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*FLV/);
});

test("a draining edge refuses before the handshake, and says in the close frame that it goes", async () => {
	const leaving = await mesh.edge("e2", { text: "drainMs: 50" });
	const watched = watch(leaving.http, "cam");
	await expect.poll(() => watched.messages.length).toBeGreaterThan(2);
	using client = new RawBytes(leaving.http);
	await expect.poll(() => metric(leaving.http, "millrace_readers")).toBe(1);
	await leaving.drain(new AbortController().signal);
	client.send(ask({}));
	await expect.poll(() => text(client)).toMatch(/^HTTP\/1\.1 503 /);
	await leaving[Symbol.asyncDispose]();
	expect(await watched.closed).toEqual([1001, expect.any(String)]);
});

test("a ping is answered among the media, and a close by the same code", async () => {
	const watched = watch(edge.http, "cam");
	await expect.poll(() => watched.messages.length).toBeGreaterThan(2);
	watched.socket.send("what a player might say");
	watched.socket.ping("are you there");
	await expect.poll(() => watched.pongs).toEqual(["are you there"]);
	const soFar = watched.messages.length;
	await expect.poll(() => watched.messages.length).toBeGreaterThan(soFar);
	watched.socket.close(3000);
	expect((await watched.closed)[0]).toBe(3000);
	expect(readFlv(Buffer.concat(watched.messages)).length).toBe(watched.messages.length - 1);
});

test("a session that is ended here closes with a code and the reason", async () => {
	const watched = watch(edge.http, "cam");
	await expect.poll(() => watched.messages.length).toBeGreaterThan(2);
	const sessions = `${edge.http}/api/v1/sessions`;
	const {
		sessions: [session],
	} = sessionPage.parse(await (await fetch(`${sessions}?protocol=ws-flv`)).json());
	await fetch(`${sessions}/${session?.id}`, { method: "DELETE" });
	expect(await watched.closed).toEqual([1008, "this session was ended by whoever runs the service"]);
});

test.for([
	["a frame without a mask", "81 05 48656c6c6f", "websocket-frame", 1002],
	["another HTTP request", Buffer.from(ask({})).toString("hex"), "websocket-frame", 1002],
	["a message of a gigabyte", "82 ff 0000000040000000 00000000", "websocket-size", 1009],
	["a flood of pings", "89 80 00000000".repeat(65), "websocket-flood", 1008],
] as const)("%s ends that viewer alone, with a code and a sentence, and is counted", async ([, hex, reason, code]) => {
	const beside = watch(edge.http, "cam");
	await expect.poll(() => beside.messages.length).toBeGreaterThan(2);
	const before = await faults(reason);
	const client = await raw();
	client.send(bytes(hex));
	await client.closed;
	const all = Buffer.concat(client.received);
	const close = all.subarray(all.lastIndexOf(Buffer.from("the viewer ")) - 4);
	expect([close[0], close[1], close.readUInt16BE(2)]).toEqual([0x88, close.length - 2, code]);
	expect(await faults(reason)).toBe(before + 1);
	const soFar = beside.messages.length;
	await expect.poll(() => beside.messages.length).toBeGreaterThan(soFar);
});
