import { createServer } from "node:net";
import { expect, test } from "vitest";
import { MAX_LOOKUPS, MAX_WAITS_OF_CONNECTION } from "#shared/mesh/catalog";
import { call } from "../fixtures/rtmp/talk.ts";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { FLAWLESS, judge } from "../support/frame-judge.ts";
import { bytesHeld } from "../support/memory.ts";
import { TestMesh } from "../support/mesh.ts";
import { metric } from "../support/metrics.ts";
import { PacedEncoder } from "../support/paced-encoder.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

/** Long enough that nothing in a test ends by itself. */
const PATIENT = "waitMs: 20000";

/** Asks for streams nobody has, `count` of them, by `play` and `closeStream` in turn; done when the server has read it all. */
async function askForPhantoms(client: RawClient, count: number, prefix = "phantom"): Promise<void> {
	const streamId = await client.createStream();
	const calls = Array.from({ length: count }, (_, asked) => [
		call("play", 0, streamId, `${prefix}${asked}`),
		call("closeStream", 0, streamId),
	]);
	client.sendBytes(Buffer.concat(calls.flat()));
	await client.call("_checkbw", null);
}

test("a name nobody offers costs no subscription, however many a socket asks for", async () => {
	await using mesh = new TestMesh();
	await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: PATIENT });
	using client = await RawClient.connect(edge.rtmp);
	await askForPhantoms(client, 600);
	const streamIds = [await client.createStream(), await client.createStream()];
	for (const streamId of streamIds) client.tell("play", streamId, `waiting${streamId}`);
	await client.call("_checkbw", null);
	expect(edge.relay.streams.size).toBe(0);
	expect(await metric(edge.http, "millrace_waiting_plays")).toBe(streamIds.length);
});

test.for([
	["closeStream", (client: RawClient, streamId: number) => client.tell("closeStream", streamId)],
	["deleteStream", (client: RawClient, streamId: number) => client.tell("deleteStream", 0, streamId)],
	["a disconnect", (client: RawClient) => client[Symbol.dispose]()],
] as const)("%s lets go of a waiting play at once", async ([, leave]) => {
	await using mesh = new TestMesh();
	const edge = await mesh.edge("e1", { text: PATIENT });
	using client = await RawClient.connect(edge.rtmp);
	const streamId = await client.createStream();
	client.tell("play", streamId, "phantom");
	const waiting = () => metric(edge.http, "millrace_waiting_plays");
	await expect.poll(waiting).toBe(1);
	leave(client, streamId);
	await expect.poll(waiting).toBe(0);
});

test("one connection waits for a few streams; the next is refused and counted, a real one is not", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: PATIENT });
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), demoClip().slice(0, 50));
	using client = await RawClient.connect(edge.rtmp);
	const known = async () => {
		await client.call("FCSubscribe", null, "cam");
		return (await client.status("onFCSubscribe")).code;
	};
	await expect.poll(known).toBe("NetStream.Play.Start");
	for (let asked = 0; asked < MAX_WAITS_OF_CONNECTION; asked++) client.tell("FCSubscribe", 0, `phantom${asked}`);
	const streamId = await client.createStream();
	client.tell("play", streamId, "phantom");
	expect((await client.status("onStatus")).code).toBe("NetStream.Play.StreamNotFound");
	expect(await metric(edge.http, "millrace_waits_refused_total")).toBe(1);
	client.tell("play", streamId, "cam");
	expect((await client.status("onStatus")).code).toBe("NetStream.Play.Reset");
	expect(await known()).toBe("NetStream.Play.Start");
});

test("thousands of plays for nothing: who watches loses nothing, who comes gets in, memory stays", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	// As many streams as are carried at once: phantoms take none of their places.
	const edge = await mesh.edge("e1", { text: `{${PATIENT}, limits: {streams: 2}}` });
	using encoder = await PacedEncoder.start([`${origin.rtmp}/live/cam`], demoClip());
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(10);
	const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.connect(edge.rtmp)));
	const before = bytesHeld();
	try {
		// In portions, so that a busy machine has answered each in time.
		for (let portion = 0; portion < 6; portion++) {
			for (const client of clients) await askForPhantoms(client, 400, `${portion}_`);
		}
		await expect.poll(() => bytesHeld() - before).toBeLessThan(16 * 1024 * 1024);
		using other = await RawClient.connect(edge.rtmp);
		other.tell("play", await other.createStream(), "cam");
		expect((await other.status("onStatus")).code).toBe("NetStream.Play.Reset");
		await expect.poll(() => framesOf(other.media).length).toBeGreaterThan(10);
		expect([...edge.relay.streams.keys()]).toEqual(["live/cam"]);
		const from = viewer.packets.length;
		await expect.poll(() => viewer.packets.length).toBeGreaterThan(from + 10);
		encoder[Symbol.dispose]();
		await expect.poll(() => viewer.packets.map(idOf).at(-1)).toBe(encoder.sent.map(idOf).at(-1));
		expect(judge(encoder.sent, viewer.packets, { ended: true })).toMatchObject(FLAWLESS);
	} finally {
		for (const client of clients) client[Symbol.dispose]();
	}
});

test("servers that announce nothing are asked for a name, but for few at a time by one connection", async () => {
	let dials = 0;
	const foreign = createServer((socket) => {
		dials++;
		socket.on("error", () => {});
	});
	await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
	try {
		const address = foreign.address();
		const port = typeof address === "object" ? address?.port : undefined;
		await using mesh = new TestMesh();
		const edge = await mesh.edge("e1", {
			text: `{${PATIENT}, upstreams: [{label: far, primary: "127.0.0.1:${port}"}]}`,
		});
		using client = await RawClient.connect(edge.rtmp);
		await askForPhantoms(client, 600);
		// Let go of at once; that they were asked for is remembered until their answer is overdue.
		expect(edge.relay.streams.size).toBe(0);
		expect(await metric(edge.http, "millrace_waits_refused_total")).toBe(600 - MAX_WAITS_OF_CONNECTION);
		expect(dials).toBeLessThanOrEqual(MAX_WAITS_OF_CONNECTION);
		const clients = await Promise.all(Array.from({ length: 36 }, () => RawClient.connect(edge.rtmp)));
		for (const [number, one] of clients.entries()) await askForPhantoms(one, 10, `${number}_`);
		for (const one of clients) one[Symbol.dispose]();
		expect(dials).toBeLessThanOrEqual(MAX_LOOKUPS);
	} finally {
		foreign.close();
	}
});

test("a stream of a server that announces nothing is found, beside names that nobody has", async () => {
	await using far = new TestMesh();
	const origin = await far.origin("o1");
	await using mesh = new TestMesh();
	const upstreams = `upstreams: [{label: far, primary: "${new URL(origin.rtmp).host}"}]`;
	const edge = await mesh.edge("e1", { text: `{waitMs: 5000, ${upstreams}}` });
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), demoClip().slice(0, 50));
	using client = await RawClient.connect(edge.rtmp);
	await askForPhantoms(client, 600);
	using viewer = await RawClient.connect(edge.rtmp);
	viewer.tell("play", await viewer.createStream(), "cam");
	await expect.poll(() => framesOf(viewer.media).length, { timeout: 5000 }).toBeGreaterThan(10);
});
