import { expect, test } from "vitest";
import { FlvReader } from "#shared/formats/flv";
import { HubViewer, hubStage } from "../../../test/support/hub-stage.ts";
import { flvForm, wsFlvForm } from "./flv-form.ts";

/** The payloads of a server's binary messages, read by RFC 6455 §5.2. */
function messagesIn(bytes: Buffer): Buffer[] {
	const messages: Buffer[] = [];
	for (let at = 0; at < bytes.length; ) {
		expect(bytes[at]).toBe(0x82);
		const short = bytes.readUInt8(at + 1);
		const more = short === 127 ? 8 : short === 126 ? 2 : 0;
		const length = more === 0 ? short : Number(`0x${bytes.toString("hex", at + 2, at + 2 + more)}`);
		const head = 2 + more;
		messages.push(bytes.subarray(at + head, at + head + length));
		at += head + length;
	}
	return messages;
}

test("the messages hold the bytes of HTTP-FLV: the header, then a tag each", () => {
	const [flv, ws] = [new HubViewer(), new HubViewer()];
	for (const [form, viewer] of [
		[flvForm, flv],
		[wsFlvForm, ws],
	] as const) {
		const { join, until } = hubStage(form);
		until(1500);
		join(viewer);
		until(6000);
	}
	const [header, ...tags] = messagesIn(ws.bytes);
	expect(header?.toString("hex")).toBe("464c5601050000000900000000");
	expect(tags.length).toBeGreaterThan(100);
	for (const tag of tags) expect(tag.readUInt32BE(tag.length - 4)).toBe(11 + tag.readUIntBE(1, 3));
	expect(Buffer.concat(messagesIn(ws.bytes)).equals(flv.bytes)).toBe(true);
});

test("who reads together is written the same buffers", () => {
	const { join, until } = hubStage(wsFlvForm);
	const [one, two] = [new HubViewer(), new HubViewer()];
	join(one);
	join(two);
	until(3000);
	expect(one.parts.slice(-10).every((part, place) => part === two.parts.slice(-10)[place])).toBe(true);
});

test("a viewer who was too slow goes on at a whole message", () => {
	const { join, until } = hubStage(wsFlvForm);
	const slow = new HubViewer();
	const reader = join(slow, 20_000);
	until(1500);
	slow.isStuck = true;
	until(4200);
	slow.drain();
	until(6000);
	expect(reader.stats.skippedFrames).toBeGreaterThan(0);
	expect(new FlvReader().push(Buffer.concat(messagesIn(slow.bytes))).length).toBeGreaterThan(100);
});
