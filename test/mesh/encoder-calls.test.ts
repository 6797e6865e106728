import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { RawClient } from "../support/raw-client.ts";

/** The demo clip from one second up to another. */
const seconds = (from: number, to: number): MediaPacket[] =>
	demoClip().filter(({ time }) => time >= from * 1000 && time < to * 1000);

const START = { level: "status", code: "NetStream.Publish.Start", description: "cam" };
const BAD_NAME = { level: "error", code: "NetStream.Publish.BadName", description: "cam" };
/** What `publish` says; the FC calls' descriptions are the name. */
const IN_USE = { ...BAD_NAME, description: "live/cam is being published already" };
const SUCCESS = { level: "status", code: "NetStream.Unpublish.Success", description: "cam" };

test("a free name is taken: FCPublish and publish are answered by Start, the description is the name", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1");
	using encoder = await RawClient.connect(rtmp);
	await encoder.call("releaseStream", null, "cam");
	await encoder.call("FCPublish", null, "cam");
	expect(await encoder.status("onFCPublish")).toEqual(START);
	encoder.tell("publish", await encoder.createStream(), "cam", "live");
	expect(await encoder.status("onStatus")).toEqual(START);
});

test("the name of a live stream is refused to a second publisher, and the first goes on", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1");
	using first = await RawClient.connect(rtmp);
	const streamId = await first.publish("cam");
	first.sendMedia(streamId, seconds(0, 1));
	using second = await RawClient.connect(rtmp);
	await second.call("FCPublish", null, "cam");
	expect(await second.status("onFCPublish")).toEqual(BAD_NAME);
	second.tell("publish", await second.createStream(), "cam", "live");
	expect(await second.status("onStatus")).toEqual(IN_USE);

	using player = await RawClient.connect(rtmp);
	player.tell("play", await player.createStream(), "cam");
	first.sendMedia(streamId, seconds(1, 2));
	const last = seconds(0, 2).map(idOf).at(-1);
	await expect.poll(() => player.media.map(idOf).at(-1)).toBe(last);
});

test("a publisher that is silent for publish.idleMs is replaced, and sent away", async () => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1", { text: "publish: {idleMs: 200}" });
	using first = await RawClient.connect(rtmp);
	first.sendMedia(await first.publish("cam"), seconds(0, 1));
	using second = await RawClient.connect(rtmp);
	const asks = async () => {
		await second.call("FCPublish", null, "cam");
		return await second.status("onFCPublish");
	};
	await expect.poll(asks).toEqual(START);
	await second.publish("cam");
	await first.closed;
});

test.for([
	["FCUnpublish", (encoder: RawClient) => encoder.tell("FCUnpublish", 0, "cam")],
	["deleteStream", (encoder: RawClient, streamId: number) => encoder.tell("deleteStream", 0, streamId)],
	["closeStream", (encoder: RawClient, streamId: number) => encoder.tell("closeStream", streamId)],
] as const)("%s is answered by onFCUnpublish, and frees the name", async ([, end]) => {
	await using mesh = new TestMesh();
	const { rtmp } = await mesh.origin("o1");
	using encoder = await RawClient.connect(rtmp);
	const streamId = await encoder.publish("cam");
	encoder.sendMedia(streamId, seconds(0, 1));
	end(encoder, streamId);
	expect(await encoder.status("onFCUnpublish")).toEqual(SUCCESS);
	using next = await RawClient.connect(rtmp);
	await next.publish("cam");
});
