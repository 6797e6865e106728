import { expect, test } from "vitest";
import { readFlv } from "#shared/formats/flv";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { TestPublisher } from "../support/rtmp-peer.ts";

const clip = demoClip().filter(({ time }) => time < 2000);

/** Reads an endless answer until the server ends it. */
async function bodyOf(response: Response): Promise<Buffer> {
	return Buffer.from(await response.arrayBuffer());
}

test("every service has its probes and metrics", async () => {
	await using mesh = new TestMesh();
	for (const node of [await mesh.origin("o1"), await mesh.intermediate("i1"), await mesh.edge("e1")]) {
		const health = await fetch(`${node.http}/healthz`);
		expect([health.status, await health.text()]).toEqual([200, "ok\n"]);
		await expect.poll(async () => (await fetch(`${node.http}/readyz`)).status).toBe(200);
		const metrics = await fetch(`${node.http}/metrics`);
		expect(metrics.headers.get("content-type")).toMatch("text/plain");
		expect(await metrics.text()).toMatch(/^millrace_connections\{.*\} 0$/m);
	}
});

test("HTTP-FLV begins with the header, the codec headers and a keyframe, and ends with the stream", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "lingerMs: 100" });
	using publisher = new TestPublisher(`${origin.rtmp}/live/cam`);
	await publisher.ready;
	publisher.send(clip);
	const response = await fetch(`${edge.http}/live/cam.flv`);
	expect(response.status).toBe(200);
	expect(response.headers.get("content-type")).toBe("video/x-flv");
	expect(response.headers.get("access-control-allow-origin")).toBe("*");
	publisher[Symbol.dispose]();
	const body = await bodyOf(response);
	// FLV version 1, audio and video, a header of nine bytes, no tag before (Adobe FLV §E.2).
	expect(body.subarray(0, 13)).toEqual(Buffer.from("464c5601050000000900000000", "hex"));
	const packets = readFlv(body);
	const firstFrame = packets.findIndex(({ role }) => role === "keyframe" || role === "frame");
	expect(
		packets
			.slice(0, firstFrame)
			.map(({ kind, role }) => `${kind} ${role}`)
			.sort(),
	).toEqual(["audio header", "data metadata", "video header"]);
	expect(packets.find(({ kind, role }) => kind === "video" && role !== "header")?.role).toBe("keyframe");
	expect(framesOf(packets).map(idOf).at(-1)).toBe(framesOf(clip).map(idOf).at(-1));
});

test("an unknown stream is not found once waitMs are over", async () => {
	await using mesh = new TestMesh();
	await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "waitMs: 100" });
	const response = await fetch(`${edge.http}/live/nobody.flv`);
	expect([response.status, await response.json()]).toEqual([404, { error: "there is no stream live/nobody" }]);
});

test("only an edge has HTTP-FLV", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const intermediate = await mesh.intermediate("i1");
	using publisher = new TestPublisher(`${origin.rtmp}/live/cam`);
	await publisher.ready;
	publisher.send(clip);
	for (const { http } of [origin, intermediate]) expect((await fetch(`${http}/live/cam.flv`)).status).toBe(404);
});
