import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Scope } from "#shared/base/runtime";
import type { Edge } from "../../services/edge/edge.ts";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawBytes } from "../support/raw-bytes.ts";

const scope = new Scope();
let edge: Edge;
let narrow: Edge;

beforeAll(async () => {
	const mesh = scope.use(new TestMesh());
	const origin = await mesh.origin("o1");
	edge = await mesh.edge("e1", { text: "{waitMs: 1000, keepMs: 60000}" });
	narrow = await mesh.edge("e2", { text: "limits: {connectionsPerAddress: 4}" });
	// A tenth of the speed of time: the clip outlasts what is done here.
	const urls = ["cam", "other"].map((name) => `${origin.rtmp}/live/${name}`);
	for (const url of urls) scope.use(await PacedEncoder.start([url], demoClip(), { speed: 0.1 }));
	const status = async () => (await fetch(`${edge.http}/live/cam.flv`, { method: "HEAD" })).status;
	await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 10_000 });
});

afterAll(async () => {
	await scope[Symbol.asyncDispose]();
});

const get = (path: string, method = "GET") => `${method} ${path} HTTP/1.1\r\nHost: edge\r\n\r\n`;
const readers = () => metric(edge.http, "millrace_readers");
const text = ({ received }: RawBytes) => Buffer.concat(received).toString("latin1");
const unheard = () => metric(edge.http, "millrace_http_requests_unheard_total");
const nobody = () => expect.poll(readers).toBe(0);

test("a connection is one viewer, however many streams are asked for on it at once", async () => {
	await nobody();
	const before = await unheard();
	using client = new RawBytes(edge.http);
	client.send(get("/live/cam.flv").repeat(200));
	await expect.poll(() => text(client)).toContain("FLV");
	await expect.poll(unheard).toBe(before + 199);
	expect(await readers()).toBe(1);
	expect(text(client).match(/HTTP\/1.1/g)).toHaveLength(1);
});

test("a connection that plays is not heard any more: no second viewer, no answer among the media, no memory", async () => {
	await nobody();
	using client = new RawBytes(edge.http);
	client.send(get("/live/cam.flv"));
	await expect.poll(() => text(client)).toContain("FLV");
	const before = await unheard();
	client.send(get("/live/other.flv") + get("/healthz").repeat(5000));
	const soFar = text(client).length;
	await expect.poll(() => text(client).length).toBeGreaterThan(soFar);
	expect([await readers(), await unheard(), client.isClosed]).toEqual([1, before, false]);
	expect(text(client)).not.toContain("ok\n");
});

test("a stream is not asked for behind a request that waits for its answer", async () => {
	await nobody();
	using client = new RawBytes(edge.http);
	client.send(get("/live/nobody.flv", "HEAD") + get("/live/cam.flv"));
	await expect.poll(() => text(client)).toMatch(/404 Not Found[\s\S]*400 Bad Request[\s\S]*on a connection of its own/);
	expect(await readers()).toBe(0);
});

test("the connections of one address bound its viewers", async () => {
	const clients = Array.from({ length: 6 }, () => new RawBytes(narrow.http));
	try {
		for (const client of clients) client.send(get("/live/cam.flv").repeat(50));
		await expect.poll(() => clients.filter(({ isClosed }) => isClosed).length).toBe(2);
		await expect.poll(() => clients.filter((client) => text(client).includes("FLV")).length).toBe(4);
		expect(narrow.relay.readers).toBe(4);
	} finally {
		for (const client of clients) client[Symbol.dispose]();
	}
});

test("HEAD has the headers of GET and opens no viewer", async () => {
	await nobody();
	const stop = new AbortController();
	const watched = await fetch(`${edge.http}/live/cam.flv`, { signal: stop.signal });
	const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== "date");
	const head = await fetch(`${edge.http}/live/cam.flv`, { method: "HEAD" });
	expect([head.status, headersOf(head)]).toEqual([200, headersOf(watched)]);
	expect(await readers()).toBe(1);
	stop.abort();
	expect((await fetch(`${edge.http}/live/nobody.flv`, { method: "HEAD" })).status).toBe(404);
});

test("more requests on one connection than anybody asks end it, and are counted", async () => {
	using client = new RawBytes(edge.http);
	client.send(get("/live/cam.flv").repeat(500));
	await client.closed;
	expect(await metric(edge.http, "millrace_connections_refused_total", { reason: "pipelined" })).toBe(1);
	await nobody();
});

test.for([
	["an unknown stream", "/live/nobody.flv", 404],
	["an unknown path", "/nothing", 404],
	["a path that is none", "/live/%zz.flv", 400],
])("pages of any site may read why there is no picture: %s", async ([, path, status]) => {
	const response = await fetch(`${edge.http}${path}`);
	expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
	expect(await response.json()).toEqual({ error: expect.stringMatching(/^[^{}\n]+$/) });
});

test("what is no HTTP is answered so that a page can read it, too", async () => {
	using client = new RawBytes(edge.http);
	client.send("GET /live/cam.flv HTTP/1.1\r\nbad header\r\n\r\n");
	await client.closed;
	expect(text(client)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[\s\S]*Access-Control-Allow-Origin: \*\r\n/);
});

test("a browser that asks first what a page may do is told", async () => {
	const response = await fetch(`${edge.http}/live/cam.flv`, {
		method: "OPTIONS",
		headers: { origin: "https://a.example", "access-control-request-method": "GET" },
	});
	expect(response.status).toBe(204);
	expect(response.headers.get("access-control-allow-origin")).toBe("*");
	expect(response.headers.get("access-control-allow-methods")).toContain("GET");
	expect(response.headers.get("access-control-allow-headers")).toContain("*");
});

test("an error in a handler is the answer to that request alone: one sentence, counted; viewers watch on", async () => {
	using viewer = new RawBytes(edge.http);
	viewer.send(get("/live/cam.flv"));
	await expect.poll(() => text(viewer)).toContain("FLV");
	const open = vi.spyOn(edge.relay, "open").mockImplementation(() => {
		throw new Error("a mistake");
	});
	try {
		const response = await fetch(`${edge.http}/live/other.flv`);
		const error = "the server made a mistake with this request, its log says which";
		expect([response.status, await response.json()]).toEqual([500, { error }]);
		expect(response.headers.get("access-control-allow-origin")).toBe("*");
	} finally {
		open.mockRestore();
	}
	expect(await metric(edge.http, "millrace_errors_contained_total", { where: "http-request" })).toBe(1);
	const soFar = text(viewer).length;
	await expect.poll(() => text(viewer).length).toBeGreaterThan(soFar);
});

test("an error while a viewer joins ends that viewer alone, and lets go of the stream", async () => {
	await nobody();
	const lease = (await edge.relay.open("live/cam" as never, new AbortController())) ?? expect.fail("a lease");
	const join = vi.spyOn(lease.hub, "join").mockImplementationOnce(() => {
		throw new Error("a mistake");
	});
	try {
		using client = new RawBytes(edge.http);
		client.send(get("/live/cam.flv"));
		await client.closed;
	} finally {
		join.mockRestore();
		lease.release();
	}
	expect(await metric(edge.http, "millrace_errors_contained_total", { where: "http-flv" })).toBe(1);
	using next = new RawBytes(edge.http);
	next.send(get("/live/cam.flv"));
	await expect.poll(() => text(next)).toContain("FLV");
});

test("a request that does not come in time ends its connection when it is due", { timeout: 20_000 }, async () => {
	using client = new RawBytes(edge.http);
	client.send("GET /live/cam.flv HTTP/1.1\r\nHost:");
	const from = performance.now();
	await client.closed;
	expect(performance.now() - from).toBeLessThan(13_000);
	expect(text(client)).toContain("408 Request Timeout");
});
