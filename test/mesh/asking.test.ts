import { expect, onTestFinished, test } from "vitest";
import type { AccessRequest, Policy, Verdict } from "#shared/access/request";
import { systemClock } from "#shared/base/clock";
import type { PublishDesk } from "#shared/doors/rtmp";
import type { MediaPacket } from "#shared/formats/packet";
import { Hub } from "#shared/media/stream";
import type { StreamSource } from "#shared/mesh/catalog";
import { demoClip } from "../support/clip.ts";
import { RawClient } from "../support/raw-client.ts";
import { EMPTY_SOURCE, OPEN_DESK, TestDoor } from "../support/test-door.ts";

const ALLOWED: Verdict = { type: "allowed" };
const DENIED: Verdict = { type: "refused", reason: "denied", message: "your token is from yesterday" };

/** A door whose policy answers when the test says so. */
async function stage() {
	const asked: { request: AccessRequest; signal: AbortSignal; answer(verdict: Verdict): void }[] = [];
	const policy: Policy = (request, signal) =>
		new Promise((resolve) => void asked.push({ request, signal, answer: resolve }));
	const taken: MediaPacket[] = [];
	const ends: string[] = [];
	const desk: PublishDesk = {
		...OPEN_DESK,
		publish: () => ({
			write: (packet) => void taken.push(packet),
			isSilent: () => false,
			end: (how) => void ends.push(how),
		}),
	};
	const hub = new Hub({ clock: systemClock, historyBytes: 1_000_000 });
	let held = 0;
	const source: StreamSource = {
		...EMPTY_SOURCE,
		knows: async () => true,
		open: async () => {
			held++;
			return { hub, release: () => void held-- };
		},
	};
	const door = await TestDoor.open({ policy, desk, source });
	onTestFinished(() => door[Symbol.asyncDispose]());
	const client = async (more = {}): Promise<RawClient> => {
		const raw = await RawClient.connect(door.rtmp, "live", more);
		onTestFinished(() => raw[Symbol.dispose]());
		return raw;
	};
	/** The question number `place`, once it is asked. */
	const question = async (place = 0) => {
		await expect.poll(() => asked.length).toBeGreaterThan(place);
		return asked[place] ?? expect.fail("a question");
	};
	return { door, client, question, asked, taken, ends, hub, held: () => held };
}

const publish = (client: RawClient, streamId: number, name = "cam") => client.tell("publish", streamId, name, "live");

test("what is asked says who, what and how", async () => {
	const { client, question } = await stage();
	const one = await client({ flashVer: "FMLE/3.0", tcUrl: "rtmp://ann:s%40cret@host/live" });
	publish(one, await one.createStream(), "mp4:cam.f4v?token=x");
	expect((await question()).request).toEqual({
		action: "publish",
		key: "live/cam",
		protocol: "rtmp",
		address: "127.0.0.1",
		query: "token=x",
		agent: "FMLE/3.0",
		credentials: { user: "ann", password: "s@cret" },
		node: undefined,
	});
});

test.for([
	["a few frames", demoClip().slice(0, 20)],
	["more than is read while it waits", demoClip()],
] as const)("an encoder that sends %s right behind its publish loses none", async ([, packets]) => {
	const { client, question, taken } = await stage();
	const encoder = await client();
	const streamId = await encoder.createStream();
	publish(encoder, streamId);
	encoder.sendMedia(streamId, packets);
	const { answer } = await question();
	expect(taken).toEqual([]);
	answer(ALLOWED);
	expect(await encoder.status("onStatus")).toMatchObject({ code: "NetStream.Publish.Start" });
	await expect.poll(() => taken.length).toBe(packets.length);
	const payloads = (all: readonly MediaPacket[]) => all.map(({ payload }) => Buffer.from(payload).toString("hex"));
	expect(payloads(taken)).toEqual(payloads(packets));
});

test("what is called behind a publish that waits is answered behind it", async () => {
	const { client, question } = await stage();
	const encoder = await client();
	const streamId = await encoder.createStream();
	publish(encoder, streamId);
	encoder.tell("FCUnsubscribe", 0, "cam");
	(await question()).answer(ALLOWED);
	await encoder.status("onFCUnsubscribe");
	const said = Buffer.concat(encoder.wire.received);
	const places = [said.indexOf("NetStream.Publish.Start"), said.indexOf("onFCUnsubscribe")] as const;
	expect(places[0]).toBeGreaterThan(0);
	expect(places[1]).toBeGreaterThan(places[0]);
});

test("two plays on one connection are asked for one after the other", async () => {
	const { client, question, asked, door } = await stage();
	const player = await client();
	const [one, two] = [await player.createStream(), await player.createStream()];
	player.tell("play", one, "a");
	player.tell("play", two, "b");
	const first = await question();
	expect(asked).toHaveLength(1);
	first.answer(DENIED);
	(await question(1)).answer(ALLOWED);
	await expect.poll(() => player.unheard("onStatus")).toBeGreaterThanOrEqual(3);
	expect(door.access.sessions.list({}, 10).sessions.map(({ key }) => key)).toEqual(["live/b"]);
});

test.for(["publish", "play"] as const)(
	"who may not %s is told why in the policy's words, and the connection goes on",
	async (action) => {
		const { client, question, door, taken } = await stage();
		const peer = await client();
		const streamId = await peer.createStream();
		peer.tell(action, streamId, "cam");
		(await question()).answer(DENIED);
		expect(await peer.status("onStatus")).toEqual({
			level: "error",
			code: action === "publish" ? "NetStream.Publish.BadName" : "NetStream.Play.Failed",
			description: "your token is from yesterday",
		});
		peer.sendMedia(streamId, demoClip().slice(0, 5));
		await peer.call("_checkbw", null);
		expect([door.access.sessions.size, taken]).toEqual([0, []]);
	},
);

test("who may not play hears of no stream by FCSubscribe either", async () => {
	const { client, question } = await stage();
	const player = await client();
	player.tell("FCSubscribe", 0, "cam");
	(await question()).answer(DENIED);
	expect(await player.status("onFCSubscribe")).toMatchObject({ code: "NetStream.Play.StreamNotFound" });
});

test("a peer that leaves is not waited for, and nothing of it stays", async () => {
	const { client, question, door, held, ends } = await stage();
	const peer = await client();
	publish(peer, await peer.createStream());
	const { signal, answer } = await question();
	peer[Symbol.dispose]();
	await expect.poll(() => signal.aborted).toBe(true);
	answer(ALLOWED);
	await expect.poll(() => door.access.waiting).toBe(0);
	expect([door.access.sessions.size, held(), ends]).toEqual([0, 0, []]);
});

test("a player that closes its stream while it waits plays nothing, and may play again", async () => {
	const { client, question, door, held } = await stage();
	const player = await client();
	const streamId = await player.createStream();
	player.tell("play", streamId, "a");
	player.tell("closeStream", streamId);
	player.tell("play", streamId, "b");
	(await question()).answer(ALLOWED);
	(await question(1)).answer(ALLOWED);
	await expect.poll(() => door.access.sessions.list({}, 10).sessions.map(({ key }) => key)).toEqual(["live/b"]);
	await expect.poll(held).toBe(1);
});
