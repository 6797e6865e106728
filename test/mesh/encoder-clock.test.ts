import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip, framesOf, idOf } from "../support/clip.ts";
import { TestMesh } from "../support/mesh.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestViewer } from "../support/rtmp-peer.ts";

const clip = demoClip();
const HEADERS = clip.filter(({ role }) => role === "metadata" || role === "header");
const seconds = (from: number, to: number, zero: number): MediaPacket[] =>
	framesOf(clip)
		.filter(({ time }) => time >= from * 1000 && time < to * 1000)
		.map((packet) => ({ ...packet, time: packet.time - from * 1000 + zero }));

const lastOf = (packets: readonly MediaPacket[]): string => packets.map(idOf).at(-1) ?? "";

function expectForward(packets: readonly MediaPacket[]): void {
	for (const kind of ["video", "audio"] as const) {
		const times = packets.filter((packet) => packet.kind === kind).map(({ time }) => time);
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(11_000);
	}
}

/** Sends packets as an encoder does, whose clock has nothing to do with when. */
async function sendInTime(encoder: RawClient, streamId: number, packets: readonly MediaPacket[]): Promise<void> {
	const begun = performance.now();
	const zero = packets[0]?.time ?? 0;
	let sent = 0;
	while (sent < packets.length) {
		await new Promise((resolve) => setTimeout(resolve, 10));
		const upcoming = packets.findIndex(({ time }) => time - zero > performance.now() - begun);
		const due = upcoming < 0 ? packets.length : upcoming;
		encoder.sendMedia(streamId, packets.slice(sent, Math.max(sent, due)));
		sent = Math.max(sent, due);
	}
}

/** Sends on, and waits until the viewer has it. */
async function sendTo(viewer: TestViewer, encoder: RawClient, streamId: number, packets: readonly MediaPacket[]) {
	await sendInTime(encoder, streamId, packets);
	await expect
		.poll(() => viewer.packets.some((packet) => idOf(packet) === lastOf(packets)), { timeout: 5000 })
		.toBe(true);
}

test("a publisher that drops, returns on another clock and starts that over is watched through all of it", async () => {
	await using mesh = new TestMesh();
	const origin = await mesh.origin("o1");
	await mesh.intermediate("i1");
	const edge = await mesh.edge("e1");
	using first = await RawClient.connect(origin.rtmp);
	first.sendMedia(await first.publish("cam"), [...HEADERS, ...seconds(0, 2, 0)]);
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => viewer.packets.map(idOf)).toContain(lastOf(seconds(0, 2, 0)));
	first[Symbol.dispose]();

	using second = await RawClient.connect(origin.rtmp);
	const streamId = await second.publish("cam");
	const headers = HEADERS.map((packet) => ({ ...packet, time: 1_000_000 }));
	await sendTo(viewer, second, streamId, [...headers, ...seconds(2, 4, 1_000_000)]);
	await sendTo(viewer, second, streamId, seconds(4, 5, 0));
	await sendTo(viewer, second, streamId, seconds(5, 6, 2 ** 32 - 500));
	expectForward(viewer.packets);
	expect(viewer.ended).toBeUndefined();
});

test("a second encoder, hours ahead, whose clock starts over after a switch is watched on", {
	timeout: 20_000,
}, async () => {
	await using mesh = new TestMesh();
	const [one, two] = [await mesh.origin("o1"), await mesh.origin("o2")];
	await mesh.intermediate("i1");
	await mesh.intermediate("i2");
	const edge = await mesh.edge("e1");
	using first = await RawClient.connect(one.rtmp);
	const firstId = await first.publish("cam");
	first.sendMedia(firstId, HEADERS);
	const firstSends = sendInTime(first, firstId, seconds(0, 3, 0));
	using viewer = new TestViewer(`${edge.rtmp}/live/cam`);
	await expect.poll(() => viewer.packets.length).toBeGreaterThan(0);
	using second = await RawClient.connect(two.rtmp);
	const secondId = await second.publish("cam");
	const hoursAhead = HEADERS.map((packet) => ({ ...packet, time: 10_000_000 }));
	second.sendMedia(secondId, hoursAhead);
	const secondSends = sendInTime(second, secondId, seconds(4, 8, 10_000_000));
	await firstSends;
	first.tell("deleteStream", 0, firstId);
	await secondSends;
	const restarted = seconds(8, 10, 0);
	await sendInTime(second, secondId, restarted);
	await expect.poll(() => viewer.packets.map(idOf)).toContain(lastOf(restarted));
	expectForward(viewer.packets);
	expect(viewer.ended).toBeUndefined();
});
