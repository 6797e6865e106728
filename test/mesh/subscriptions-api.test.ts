import { expect, test } from "vitest";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

test("a relay shows what it pulls, from whom, and how it came to that", async () => {
	await using mesh = new TestMesh();
	const one = await mesh.origin("o1", { text: "{node: {group: a}, publish: {graceMs: 100}}" });
	const two = await mesh.origin("o2", { text: "{node: {group: b}, publish: {graceMs: 100}}" });
	const edge = await mesh.edge("e1");
	const all = `${edge.http}/api/v1/subscriptions`;
	expect(await json(all)).toEqual([]);

	const only = await PacedEncoder.start([`${one.rtmp}/live/cam`], demoClip());
	using _viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	const first = { key: "live/cam", state: "on-air", upstream: "o1", live: ["o1"], readers: 1, switched: 0 };
	const standing = (id: string, group: string, state: string) => ({ id, group, rank: "primary", state });
	const servers = [standing("o1", "origin/a", "steady")];
	await expect.poll(() => json(all), { timeout: 3_000 }).toMatchObject([{ ...first, servers }]);
	using _other = await PacedEncoder.start([`${two.rtmp}/live/cam`], demoClip());
	await expect.poll(() => json(all)).toMatchObject([{ live: ["o1", "o2"] }]);

	only[Symbol.dispose]();
	await expect.poll(() => json(all)).toMatchObject([{ upstream: "o2", switched: 1 }]);
	// The second encoder began later: to the edge its frames are another's.
	const page = { ...first, upstream: "o2", live: ["o2"], switched: 1, servers: [standing("o2", "origin/b", "steady")] };
	await expect
		.poll(() => json(`${all}/live/cam`), { timeout: 3_000 })
		.toMatchObject({
			...page,
			switches: [{ at: expect.stringMatching(/^\d{4}-.*Z$/), from: "o1", to: "o2", gapMs: expect.any(Number) }],
		});
});

test("what is not pulled is not found", async () => {
	await using mesh = new TestMesh();
	const edge = await mesh.edge("e1");
	const response = await fetch(`${edge.http}/api/v1/subscriptions/live/nobody`);
	expect([response.status, await response.json()]).toEqual([404, { error: "live/nobody is not pulled here" }]);
});
