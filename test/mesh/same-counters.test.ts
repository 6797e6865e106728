import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { TestPublisher, TestViewer } from "../support/rtmp-peer.ts";

test("packets and bytes in and out, sessions and refusals have one name and one meaning at all three services", async () => {
	await using mesh = new TestMesh();
	// Nobody is given up or withdrawn while it is counted, however slow the machine.
	const origin = await mesh.origin("o1", { text: "publish: {silentMs: 60000}" });
	const middle = await mesh.intermediate("i1", { text: "idleMs: 60000" });
	const edge = await mesh.edge("e1", { text: "{upstreams: {discover: [intermediate]}, idleMs: 60000}" });
	const nodes = [origin, middle, edge];
	using publisher = new TestPublisher(`${origin.rtmp}/live/cam`);
	await publisher.ready;
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	publisher.send(demoClip().slice(0, 100));
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(0);
	const media = async () =>
		Promise.all(
			nodes.flatMap(({ http }) =>
				["packets_in", "bytes_in", "bytes_out"].map((name) => metric(http, `millrace_media_${name}_total`)),
			),
		);
	const before = await media();
	const packets = demoClip().slice(100, 200);
	publisher.send(packets);
	const last = packets.at(-1)?.payload ?? expect.fail("a packet");
	await expect.poll(() => Buffer.from(viewer.packets.at(-1)?.payload ?? []).equals(last)).toBe(true);

	const bytes = packets.reduce((sum, { payload }) => sum + payload.length, 0);
	const now = await media();
	for (const [place, value] of now.entries()) {
		const brought = value - (before[place] ?? 0);
		// What goes out is in chunks: a little more than the payload.
		if (place % 3 < 2) expect(brought).toBe(place % 3 === 0 ? packets.length : bytes);
		else expect(brought / bytes).toSatisfy((share: number) => share > 1 && share < 1.2);
	}
	for (const { http } of nodes) {
		expect(await metric(http, "millrace_streams")).toBe(1);
		expect(await metric(http, "millrace_streams_offered")).toBe(1);
	}
	const sessions = (http: string) =>
		Promise.all(["publish", "play", "pull"].map((action) => metric(http, "millrace_sessions", { action })));
	expect(await Promise.all(nodes.map(({ http }) => sessions(http)))).toEqual([
		[1, 0, 1],
		[0, 0, 1],
		[0, 1, 0],
	]);
	for (const { rtmp, http } of nodes) {
		using _nobody = new TestViewer(`${rtmp}/live/!`);
		await expect.poll(() => metric(http, "millrace_plays_total", { outcome: "bad-name" })).toBe(1);
	}
});
