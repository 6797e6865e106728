import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { demoClip } from "../../../test/support/clip.ts";
import { complaintsOf } from "./decode.ts";

const clip = demoClip();
const from = (time: number, change: (packet: MediaPacket) => MediaPacket) =>
	clip.map((packet) => (packet.time < time ? packet : change(packet)));

test("times cut to milliseconds that go on half a picture later are nothing to complain of", async () => {
	const cut = (time: number) => Math.floor(Math.round(time * 0.03) / 0.03);
	const late = from(2_000, (packet) => ({
		...packet,
		time: (packet.kind === "video" ? cut(packet.time) : packet.time) + 17,
	}));
	expect(await complaintsOf(late)).toBe("");
});

test("times that go backwards are, and so are pictures that cannot be decoded", async () => {
	expect(await complaintsOf(from(2_000, (packet) => ({ ...packet, time: packet.time - 100 })))).not.toBe("");
	const broken = from(2_000, (packet) =>
		packet.kind === "video" ? { ...packet, payload: packet.payload.subarray(0, 40) } : packet,
	);
	expect(await complaintsOf(broken)).not.toBe("");
});
