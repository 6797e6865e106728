import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { RawClient } from "../support/raw-client.ts";

/** The demo clip from one second up to another. */
const seconds = (from: number, to: number): MediaPacket[] =>
	demoClip().filter(({ time }) => time >= from * 1000 && time < to * 1000);
const lastOf = (client: RawClient) => client.media.map(idOf).at(-1);
const idAt = (from: number, to: number) => seconds(from, to).map(idOf).at(-1);
const said = async (client: RawClient) => (await client.status("onStatus")).code;

/** A mesh with an encoder of `cam`, a player of it, and a witness who plays it too and is left in peace. */
async function stage(mesh: TestMesh) {
	const { rtmp } = await mesh.origin("o1");
	const encoder = await RawClient.connect(rtmp);
	const publishing = await encoder.publish("cam");
	const witness = await RawClient.connect(rtmp);
	const player = await RawClient.connect(rtmp);
	return {
		player,
		witness,
		streamId: await player.createStream(),
		/** Sends a part of the clip, and waits until the witness has it. */
		async send(from: number, to: number): Promise<void> {
			encoder.sendMedia(publishing, seconds(from, to));
			await expect.poll(() => lastOf(witness)).toBe(idAt(from, to));
		},
		async play(): Promise<void> {
			witness.tell("play", await witness.createStream(), "cam");
			player.tell("play", this.streamId, "cam");
			expect([await said(player), await said(player)]).toEqual(["NetStream.Play.Reset", "NetStream.Play.Start"]);
		},
		/** Ends the stream. */
		end: () => encoder.tell("FCUnpublish", 0, "cam"),
		[Symbol.dispose]() {
			for (const client of [encoder, witness, player]) client[Symbol.dispose]();
		},
	};
}

test("a pause before the stream is there holds: nothing flows until it is lifted", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	const edge = await mesh.edge("e1", { text: "waitMs: 20000" });
	using player = await RawClient.connect(edge.rtmp);
	using witness = await RawClient.connect(edge.rtmp);
	const streamId = await player.createStream();
	player.tell("play", streamId, "cam");
	player.tell("pause", streamId, true, 0);
	expect(await said(player)).toBe("NetStream.Pause.Notify");
	witness.tell("play", await witness.createStream(), "cam");
	using encoder = await RawClient.connect(origin.rtmp);
	const publishing = await encoder.publish("cam");
	encoder.sendMedia(publishing, seconds(0, 2));
	await expect.poll(() => lastOf(witness)).toBe(idAt(0, 2));
	expect([await said(player), await said(player)]).toEqual(["NetStream.Play.Reset", "NetStream.Play.Start"]);
	expect(await player.unheard("onStatus")).toBe(0);
	expect(framesOf(player.media)).toEqual([]);
	player.tell("pause", streamId, false, 0);
	await expect.poll(() => lastOf(player)).toBe(idAt(0, 2));
});

test("receiveVideo and receiveAudio let nothing through while paused, and count afterwards", async () => {
	await using mesh = new TestMesh();
	using part = await stage(mesh);
	const { player, streamId } = part;
	await part.play();
	await part.send(0, 1);
	await expect.poll(() => lastOf(player)).toBe(idAt(0, 1));
	player.tell("pause", streamId, true, 1000);
	expect(await said(player)).toBe("NetStream.Pause.Notify");
	const before = player.media.length;
	player.tell("receiveVideo", streamId, false);
	player.tell("receiveVideo", streamId, true);
	player.tell("receiveAudio", streamId, false);
	await player.call("_checkbw", null);
	await part.send(1, 3);
	await player.call("_checkbw", null);
	expect(player.media).toHaveLength(before);
	player.tell("pause", streamId, false, 1000);
	await part.send(3, 4);
	const lastVideo = () =>
		player.media
			.filter(({ kind }) => kind === "video")
			.map(idOf)
			.at(-1);
	const wanted = seconds(3, 4).filter(({ kind }) => kind === "video");
	await expect.poll(lastVideo).toBe(wanted.map(idOf).at(-1));
	expect(player.media.slice(before).filter(({ kind }) => kind === "audio")).toEqual([]);
});

test("after a pause the player's time goes on from where it stood, however long the pause; others keep the stream's", async () => {
	await using mesh = new TestMesh();
	using part = await stage(mesh);
	const { player, witness, streamId } = part;
	await part.play();
	await part.send(0, 1);
	await expect.poll(() => lastOf(player)).toBe(idAt(0, 1));
	for (const [from, to] of [
		[1, 4],
		[4, 8],
	] as const) {
		player.tell("pause", streamId, true, 0);
		expect(await said(player)).toBe("NetStream.Pause.Notify");
		const before = player.media.length;
		const stoodAt = player.media.at(-1)?.time ?? 0;
		await part.send(from, to);
		player.tell("pause", streamId, false, 0);
		expect(await said(player)).toBe("NetStream.Unpause.Notify");
		await expect.poll(() => lastOf(player)).toBe(idAt(from, to));
		const [first] = framesOf(player.media.slice(before));
		expect(first).toMatchObject({ kind: "video", role: "keyframe" });
		expect(first?.time).toBeGreaterThan(stoodAt);
		expect(first?.time).toBeLessThan(stoodAt + 200);
	}
	expect(witness.media.map(({ time }) => time).at(-1)).toBe(seconds(4, 8).at(-1)?.time);
});

test("seeking in a live stream is answered by Notify and Start, and it plays on where it was sought", async () => {
	await using mesh = new TestMesh();
	using part = await stage(mesh);
	const { player, streamId } = part;
	await part.play();
	await part.send(0, 2);
	await expect.poll(() => lastOf(player)).toBe(idAt(0, 2));
	const before = player.media.length;
	player.tell("seek", streamId, 60_000);
	expect([await said(player), await said(player)]).toEqual(["NetStream.Seek.Notify", "NetStream.Play.Start"]);
	await part.send(2, 4);
	await expect.poll(() => lastOf(player)).toBe(idAt(2, 4));
	const [first] = framesOf(player.media.slice(before));
	expect(first).toMatchObject({ kind: "video", role: "keyframe" });
	expect(first?.time).toBeGreaterThanOrEqual(60_000);
	expect(first?.time).toBeLessThan(60_100);
});

test("a paused player hears of the end, and calls without end cost few beginnings", async () => {
	await using mesh = new TestMesh();
	using part = await stage(mesh);
	const { player, streamId } = part;
	await part.play();
	await part.send(0, 2);
	await expect.poll(() => lastOf(player)).toBe(idAt(0, 2));
	const before = player.media.length;
	for (let call = 0; call < 500; call++) player.tell("seek", streamId, call * 1000);
	player.tell("pause", streamId, true, 0);
	await player.call("_checkbw", null);
	// A slow machine takes some hundred milliseconds to say all that, and it may begin anew five times a second.
	expect(player.media.length - before).toBeLessThan(20 * before);
	part.end();
	const codes = async () => {
		for (;;) if ((await said(player)) === "NetStream.Play.UnpublishNotify") return true;
	};
	expect(await codes()).toBe(true);
});
