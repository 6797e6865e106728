import { expect, onTestFinished, test } from "vitest";
import { sessionInfo, sessionPage } from "#shared/access/sessions";
import { demoClip } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const json = async (url: string, init: RequestInit = {}): Promise<unknown> => (await fetch(url, init)).json();
const page = async (http: string, query = "") => sessionPage.parse(await json(`${http}/api/v1/sessions${query}`));

/** An origin, an edge, an encoder and a viewer over each of RTMP and HTTP-FLV. */
async function stage() {
	const mesh = new TestMesh();
	onTestFinished(() => mesh[Symbol.asyncDispose]());
	const [origin, edge] = [await mesh.origin("o1"), await mesh.edge("e1")];
	const encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], demoClip());
	onTestFinished(() => encoder[Symbol.dispose]());
	const viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	onTestFinished(() => viewer[Symbol.dispose]());
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(10);
	const player = new AbortController();
	onTestFinished(() => player.abort());
	const flv = await fetch(`${edge.http}/live/cam.flv`, { signal: player.signal, headers: { "user-agent": "tv" } });
	return { origin, edge, encoder, viewer, flv, player };
}

test("who publishes, plays and pulls is listed where he does, and nobody is when all have left", async () => {
	const { origin, edge, encoder, viewer, player } = await stage();
	expect((await page(edge.http)).sessions).toMatchObject([
		{ action: "play", protocol: "rtmp", key: "live/cam", address: "127.0.0.1", state: "live" },
		{ action: "play", protocol: "http-flv", agent: "tv", state: "live" },
	]);
	const [publish, pull] = (await page(origin.http)).sessions;
	expect([publish, pull]).toMatchObject([{ action: "publish" }, { action: "pull", node: "e1" }]);
	await expect.poll(async () => (await page(edge.http)).sessions.every(({ bytesOut }) => bytesOut > 10_000)).toBe(true);
	expect(publish?.bytesIn).toBeGreaterThan(10_000);
	expect(pull?.bytesOut).toBeGreaterThan(10_000);

	expect((await page(edge.http, "?protocol=http-flv")).total).toBe(1);
	expect((await page(edge.http, "?key=live/other")).total).toBe(0);
	expect((await page(origin.http, "?action=pull&limit=1")).sessions.map(({ node }) => node)).toEqual(["e1"]);
	const first = await page(edge.http, "?limit=1");
	const second = await page(edge.http, `?limit=1&after=${first.next}`);
	expect([first, second].map(({ sessions: [one] }) => one?.protocol)).toEqual(["rtmp", "http-flv"]);
	expect(second.next).toBeUndefined();
	const id = first.sessions[0]?.id;
	expect(sessionInfo.parse(await json(`${edge.http}/api/v1/sessions/${id}`))).toMatchObject({ id, action: "play" });

	viewer[Symbol.dispose]();
	player.abort();
	encoder[Symbol.dispose]();
	for (const { http } of [edge, origin]) await expect.poll(async () => (await page(http)).total).toBe(0);
});

test("ending a session ends that one alone, with a word to the player, the node or the encoder", async () => {
	const { origin, edge, viewer, flv, encoder } = await stage();
	const end = async (http: string, action: string, protocol = "rtmp") => {
		const [session] = (await page(http, `?action=${action}&protocol=${protocol}`)).sessions;
		const url = `${http}/api/v1/sessions/${session?.id}`;
		expect(await json(url, { method: "DELETE" })).toEqual({ ended: session?.id });
		await expect.poll(async () => (await fetch(url)).status).toBe(404);
	};
	await end(edge.http, "play");
	await expect.poll(() => viewer.ended?.message).toContain("ended by whoever runs the service");
	expect((await page(edge.http)).total).toBe(1);
	await end(edge.http, "play", "http-flv");
	expect((await flv.arrayBuffer()).byteLength).toBeGreaterThan(1_000);

	const raw = await RawClient.connect(origin.rtmp);
	onTestFinished(() => raw[Symbol.dispose]());
	await end(origin.http, "publish");
	await expect.poll(() => encoder.endedAt(0) !== undefined).toBe(true);
	await raw.publish("cam");
	await end(origin.http, "publish");
	expect(await raw.status("onStatus")).toMatchObject({
		code: "NetStream.Unpublish.Success",
		description: "this session was ended by whoever runs the service",
	});
	await raw.closed;
});

test("an answer to a wrong question is one sentence of JSON", async () => {
	await using mesh = new TestMesh();
	const { http } = await mesh.intermediate("i1");
	const ask = async (query: string) => {
		const response = await fetch(`${http}/api/v1/sessions${query}`);
		return [response.status, await response.json()];
	};
	for (const [query, error] of [
		["?limit=0", "limit is a whole number from 1 to 1000"],
		["?limit=1001", "limit is a whole number from 1 to 1000"],
		["?limit=x", "limit is a whole number from 1 to 1000"],
		["?protocol=gopher", "protocol is one of rtmp, http-flv, ws-flv, mpegts, hls, dash"],
		["?key=nothing", "key is the name of one stream, such as live/news"],
		["?key=a/b&key=c/d", "key is the name of one stream, such as live/news"],
		["?after=..", "after is the id of a session, as next gives it"],
		["?colour=red", "the query may have key, action, protocol, address, limit, after, and nothing besides"],
	] as const) {
		expect(await ask(query)).toEqual([400, { error }]);
	}
	expect(await ask("/nobody")).toEqual([404, { error: "there is no session nobody" }]);
	const gone = await fetch(`${http}/api/v1/sessions/nobody`, { method: "DELETE" });
	expect([gone.status, await gone.json()]).toEqual([404, { error: "there is no session nobody" }]);
});

test("a viewer whose stream never comes leaves no session, and a kept-out one is told why", async () => {
	await using mesh = new TestMesh({
		policy: ({ query }) =>
			query === "token=x" ? { type: "allowed" } : { type: "refused", reason: "denied", message: "bring a token" },
	});
	const edge = await mesh.edge("e1", { text: "waitMs: 100" });
	const refused = await fetch(`${edge.http}/live/cam.flv`);
	expect([refused.status, await refused.json()]).toEqual([403, { error: "bring a token" }]);
	expect(await metric(edge.http, "millrace_plays_total", { outcome: "denied" })).toBe(1);
	expect((await fetch(`${edge.http}/live/cam.flv?token=x`)).status).toBe(404);
	expect((await page(edge.http)).total).toBe(0);
});
