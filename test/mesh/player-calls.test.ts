import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { RawClient } from "../support/raw-client.ts";

/** The demo clip from one second up to another. */
const seconds = (from: number, to: number): MediaPacket[] =>
	demoClip().filter(({ time }) => time >= from * 1000 && time < to * 1000);

const CALLS = [
	["FCSubscribe", "onFCSubscribe"],
	["FMSubscribe", "onFMSubscribe"],
] as const;

test.for(CALLS)("%s of a stream that is there: Start, and UnpublishNotify when it ends", async ([call, answer]) => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1");
	using encoder = await RawClient.connect(origin.rtmp);
	const streamId = await encoder.publish("cam");
	encoder.sendMedia(streamId, seconds(0, 1));
	using player = await RawClient.connect(edge.rtmp);
	await player.call(call, null, "cam");
	expect(await player.status(answer)).toEqual({
		level: "status",
		code: "NetStream.Play.Start",
		description: "cam",
	});
	encoder.tell("FCUnpublish", 0, "cam");
	expect(await player.status(answer)).toEqual({
		level: "status",
		code: "NetStream.Play.UnpublishNotify",
		description: "cam",
	});
});

test.for(CALLS)("%s of an unknown stream: StreamNotFound once waitMs are over", async ([call, answer]) => {
	await using mesh = new TestMesh();
	await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "waitMs: 200" });
	using player = await RawClient.connect(edge.rtmp);
	const asked = performance.now();
	await player.call(call, null, "nobody");
	expect(await player.status(answer)).toEqual({
		level: "error",
		code: "NetStream.Play.StreamNotFound",
		description: "nobody",
	});
	// Timers of the event loop may fire up to a millisecond early.
	expect(performance.now() - asked).toBeGreaterThanOrEqual(199);
});

test("a stream that is announced while a player waits is there: FCSubscribe and play are answered by Start", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "waitMs: 20000" });
	using player = await RawClient.connect(edge.rtmp);
	await player.call("FCSubscribe", null, "cam");
	player.tell("play", await player.createStream(), "cam");
	expect(await player.unheard("onFCSubscribe")).toBe(0);
	expect(await player.unheard("onStatus")).toBe(0);
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 1));
	expect((await player.status("onFCSubscribe")).code).toBe("NetStream.Play.Start");
	expect((await player.status("onStatus")).code).toBe("NetStream.Play.Reset");
	expect((await player.status("onStatus")).code).toBe("NetStream.Play.Start");
});

test("FCUnsubscribe is answered by Play.Stop, and the end of the stream is not told any more", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1");
	using encoder = await RawClient.connect(rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 1));
	using player = await RawClient.connect(rtmp);
	using witness = await RawClient.connect(rtmp);
	const subscribed = async (client: RawClient) => {
		await client.call("FCSubscribe", null, "cam");
		return (await client.status("onFCSubscribe")).code;
	};
	await expect.poll(() => subscribed(player)).toBe("NetStream.Play.Start");
	expect(await subscribed(witness)).toBe("NetStream.Play.Start");
	await player.call("FCUnsubscribe", null, "cam");
	expect(await player.status("onFCUnsubscribe")).toEqual({
		level: "status",
		code: "NetStream.Play.Stop",
		description: "cam",
	});
	encoder.tell("FCUnpublish", 0, "cam");
	expect((await witness.status("onFCSubscribe")).code).toBe("NetStream.Play.UnpublishNotify");
	expect(await player.unheard("onFCSubscribe")).toBe(0);
});

test("play: Reset, Start, media from a keyframe on, and UnpublishNotify at the end", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "lingerMs: 100" });
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 2));
	using player = await RawClient.connect(edge.rtmp);
	player.tell("play", await player.createStream(), "cam");
	const said = async () => (await player.status("onStatus")).code;
	expect([await said(), await said()]).toEqual(["NetStream.Play.Reset", "NetStream.Play.Start"]);
	await expect.poll(() => player.media.map(idOf).at(-1)).toBe(seconds(0, 2).map(idOf).at(-1));
	expect(player.media.find(({ kind, role }) => kind === "video" && role !== "header")?.role).toBe("keyframe");
	encoder.tell("FCUnpublish", 0, "cam");
	expect(await said()).toBe("NetStream.Play.UnpublishNotify");
});

test("play of an unknown stream: StreamNotFound, and the message stream can be used again", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "waitMs: 100" });
	using player = await RawClient.connect(edge.rtmp);
	const streamId = await player.createStream();
	player.tell("play", streamId, "cam");
	expect(await player.status("onStatus")).toEqual({
		level: "error",
		code: "NetStream.Play.StreamNotFound",
		description: "there is no stream live/cam",
	});
	using encoder = await RawClient.connect(origin.rtmp);
	encoder.sendMedia(await encoder.publish("cam"), seconds(0, 1));
	const again = async () => {
		player.tell("play", streamId, "cam");
		return (await player.status("onStatus")).code;
	};
	await expect.poll(again).toBe("NetStream.Play.Reset");
});

test("pause holds the media back, and afterwards they go on with the next keyframe", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1");
	using encoder = await RawClient.connect(rtmp);
	const streamId = await encoder.publish("cam");
	encoder.sendMedia(streamId, seconds(0, 1));
	using player = await RawClient.connect(rtmp);
	using witness = await RawClient.connect(rtmp);
	const playing = await player.createStream();
	player.tell("play", playing, "cam");
	witness.tell("play", await witness.createStream(), "cam");
	const lastOf = (client: RawClient) => client.media.map(idOf).at(-1);
	await expect.poll(() => lastOf(player)).toBe(seconds(0, 1).map(idOf).at(-1));

	player.tell("pause", playing, true, 1000);
	await expect.poll(async () => (await player.status("onStatus")).code).toBe("NetStream.Pause.Notify");
	const before = player.media.length;
	encoder.sendMedia(streamId, seconds(1, 3));
	await expect.poll(() => lastOf(witness)).toBe(seconds(1, 3).map(idOf).at(-1));
	expect(await player.unheard("onStatus")).toBe(0);
	expect(player.media).toHaveLength(before);

	player.tell("pause", playing, false, 1000);
	expect((await player.status("onStatus")).code).toBe("NetStream.Unpause.Notify");
	encoder.sendMedia(streamId, seconds(3, 5));
	await expect.poll(() => lastOf(player)).toBe(seconds(3, 5).map(idOf).at(-1));
	const resumed = framesOf(player.media.slice(before));
	expect(resumed.find(({ kind }) => kind === "video")?.role).toBe("keyframe");
});

test.for([
	["receiveAudio", "audio", "video"],
	["receiveVideo", "video", "audio"],
] as const)(
	"%s(false) takes that track away and leaves the other, true brings it back",
	async ([call, track, other]) => {
		await using mesh = new TestMesh();
		const { rtmp } = await mesh.origin("o1");
		using encoder = await RawClient.connect(rtmp);
		const publishing = await encoder.publish("cam");
		encoder.sendMedia(publishing, seconds(0, 1));
		using player = await RawClient.connect(rtmp);
		const streamId = await player.createStream();
		player.tell(call, streamId, false);
		player.tell("play", streamId, "cam");
		const last = (kind: string, from: number, to: number) =>
			seconds(from, to)
				.filter((packet) => packet.kind === kind)
				.map(idOf)
				.at(-1);
		const got = (kind: string) => player.media.filter((packet) => packet.kind === kind).map(idOf);
		await player.status("onStatus");
		player.tell(call, streamId, false);
		await player.call("_checkbw", null);
		const before = got(track).length;
		encoder.sendMedia(publishing, seconds(1, 2));
		await expect.poll(() => got(other).at(-1)).toBe(last(other, 1, 2));
		expect(got(track)).toHaveLength(before);
		player.tell(call, streamId, true);
		await player.call("_checkbw", null);
		encoder.sendMedia(publishing, seconds(2, 3));
		await expect.poll(() => got(track).at(-1)).toBe(last(track, 2, 3));
	},
);

test("releaseStream, getStreamLength and _checkbw have a result; what nobody knows has an error", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.edge("e1");
	using client = await RawClient.connect(rtmp);
	expect((await client.call("releaseStream", null, "cam")).args).toEqual([undefined]);
	expect((await client.call("_checkbw", null)).args).toEqual([undefined]);
	// A live stream has no length.
	expect((await client.call("getStreamLength", null, "cam")).args).toEqual([0]);
	await expect(client.call("brewCoffee", null)).rejects.toThrow("NetConnection.Call.Failed");
});

test.for([
	["mp4:cam.f4v", "cam"],
	["flv:cam", "cam"],
	["cam", "mp4:cam.f4v"],
	["cam?token=abc&user=1", "cam"],
	["cam", "cam?token=xyz"],
	["flv:cam?token=abc", "mp4:cam.mp4?token=xyz"],
] as const)("a stream published as %s is played as %s", async ([published, played]) => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1");
	using encoder = await RawClient.connect(origin.rtmp, "live?auth=1");
	encoder.sendMedia(await encoder.publish(published), seconds(0, 1));
	using player = await RawClient.connect(edge.rtmp, "live/");
	player.tell("play", await player.createStream(), played);
	await expect.poll(() => framesOf(player.media).length).toBeGreaterThan(0);
	expect([...edge.relay.streams.keys()]).toEqual(["live/cam"]);
});
