import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, test } from "vitest";
import { TestMesh } from "../support/mesh.ts";

const statusOf = async (url: string) => (await fetch(url)).status;
const PUBLIC = "http: {host: 0.0.0.0, advertise: 127.0.0.1}";
const FOR_ADMIN = ["/metrics", "/api/v1/subscriptions"];

test("on loopback one port is for viewers and for those who run the service", async () => {
	await using mesh = new TestMesh();
	const edge = await mesh.edge("e1");
	expect(edge.admin).toBe(edge.http);
	for (const path of FOR_ADMIN) expect(await statusOf(edge.http + path)).toBe(200);
});

test("what viewers reach from elsewhere shows them neither metrics nor subscriptions: these are on loopback", async () => {
	await using mesh = new TestMesh();
	const edge = await mesh.edge("e1", { text: PUBLIC });
	expect(edge.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	expect(edge.admin).not.toBe(edge.http);
	for (const path of FOR_ADMIN) {
		expect([await statusOf(edge.http + path), await statusOf(edge.admin + path)]).toEqual([404, 200]);
	}
	for (const place of [edge.http, edge.admin]) {
		expect(await statusOf(`${place}/healthz`)).toBe(200);
		await expect.poll(() => statusOf(`${place}/readyz`)).toBe(200);
	}
	expect(await statusOf(`${edge.admin}/live/nobody.flv`)).toBe(404);
	const { headers } = await fetch(`${edge.admin}/metrics`);
	expect(headers.get("access-control-allow-origin")).toBeNull();
});

test("a listener of its own wherever it is asked for, at every service", async () => {
	await using mesh = new TestMesh();
	const text = "admin: {port: 0}";
	for (const node of [await mesh.origin("o1", { text }), await mesh.intermediate("i1", { text })]) {
		expect([await statusOf(`${node.http}/metrics`), await statusOf(`${node.admin}/metrics`)]).toEqual([404, 200]);
	}
});

test("the line that tells of the start has every address", async () => {
	const lines: string[] = [];
	const output = new Writable({
		write: (line: Buffer, _encoding, done) => {
			lines.push(line.toString());
			done();
		},
	});
	await using mesh = new TestMesh({ log: pino(output) });
	const edge = await mesh.edge("e1", { text: PUBLIC });
	const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === "listening");
	expect(line).toMatchObject({ rtmp: edge.rtmp, http: edge.http, admin: edge.admin });
});
