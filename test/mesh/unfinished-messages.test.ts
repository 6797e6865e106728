import { expect, test } from "vitest";
import { Scope } from "#shared/base/runtime";
import { demoClip } from "../support/clip.ts";
import { RawClient } from "../support/raw-client.ts";
import { OPEN_DESK, TestDoor } from "../support/test-door.ts";

const MIB = 1024 * 1024;

/** Publishes, and begins a frame of a MiB of which the last bytes never come. */
async function holdBack(rtmp: string, name: string): Promise<RawClient> {
	const client = await RawClient.connect(rtmp);
	const streamId = await client.publish(name);
	// The chunk size rises to 64 KiB; then one chunk follows the other.
	client.sendMedia(streamId, []);
	const header = Buffer.from("06 000000 100000 09 01000000".replaceAll(" ", ""), "hex");
	const chunks = Array.from({ length: 15 }, () => [Buffer.of(0xc6), Buffer.alloc(65_536)]);
	client.sendBytes(Buffer.concat([header, Buffer.alloc(65_536), ...chunks.flat()].slice(0, -1)));
	return client;
}

test("publishers that never finish a frame hold a bounded sum, and whoever sends whole frames goes on", async () => {
	await using scope = new Scope();
	const door = scope.use(await TestDoor.open({ desk: OPEN_DESK }, { unfinishedBytes: 4 * MIB }));
	const encoder = scope.use(await RawClient.connect(door.rtmp));
	const publishing = await encoder.publish("cam");
	const hostile: RawClient[] = [];
	for (let count = 0; count < 8; count++) hostile.push(scope.use(await holdBack(door.rtmp, `held${count}`)));
	const gone = () => hostile.filter(({ isClosed }) => isClosed).length;
	await expect.poll(gone).toBeGreaterThanOrEqual(4);
	await expect.poll(() => door.closedFor("unfinished-bytes")).toBe(gone());
	for (let round = 0; round < 5; round++) {
		encoder.sendMedia(publishing, demoClip().slice(round * 50, round * 50 + 50));
		await encoder.call("_checkbw", null);
	}
	expect(encoder.isClosed).toBe(false);
});

test("a frame that comes with its publish is not too large, and one that comes after its end is", async () => {
	await using door = await TestDoor.open({ desk: OPEN_DESK });
	using hasty = await RawClient.connect(door.rtmp);
	const streamId = await hasty.createStream();
	hasty.tell("publish", streamId, "cam", "live");
	const large = { kind: "video", role: "frame", time: 0, payload: Buffer.alloc(200_000, 0x27) } as const;
	hasty.sendMedia(streamId, [large]);
	expect((await hasty.status("onStatus")).code).toBe("NetStream.Publish.Start");
	hasty.tell("FCUnpublish", 0, "cam");
	await hasty.heard("onFCUnpublish");
	hasty.sendMedia(streamId, [large]);
	await hasty.closed;
	expect(await door.closedFor("message-size")).toBe(1);
});
