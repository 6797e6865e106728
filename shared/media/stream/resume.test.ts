import { expect, test } from "vitest";
import type { MediaPacket } from "#shared/formats/packet";
import { audioHeader, inter, key, metadata, setUp, Viewer, videoHeader } from "./test-stage.ts";

/** Begins with the packet that bears this name. */
const from = (name: string) => (packets: Iterable<MediaPacket>) => {
	const index = [...packets].findIndex(({ payload }) => Buffer.from(payload).toString() === name);
	return index < 0 ? undefined : index;
};

function stage() {
	const { hub, clock, join, write } = setUp({ historyMs: 10_000 });
	write(metadata, videoHeader, audioHeader, key(0, "K1"), inter(40, "p1"), key(1000, "K2"), inter(1040, "p2"));
	return { hub, clock, join, write };
}

test("who had the stream before gets what follows, headers first, in one write, and then all that comes", () => {
	const { clock, join, write } = stage();
	const child = new Viewer();
	join(child, { resumeFrom: from("p1"), delayMs: 0 });
	expect(child.take()).toEqual(["hello M@0 VH@40 AH@40 p1@40 K2@1000 p2@1040 "]);
	write(inter(1080, "p3"));
	clock.settle();
	expect(child.take()).toEqual(["p3@1080 "]);
});

test("who is not found in the history begins at the newest keyframe", () => {
	const { join, clock } = stage();
	clock.advance(1000);
	const child = new Viewer();
	join(child, { resumeFrom: from("p0"), delayMs: 0 });
	expect(child.take()).toEqual(["hello M@0 VH@1000 AH@1000 K2@1000 p2@1040 "]);
});

test("who is not found yet in a stream that has just begun gets it from its beginning", () => {
	const { clock, join, write } = setUp({ historyMs: 10_000 });
	write(metadata, videoHeader, inter(40, "p1"));
	const child = new Viewer();
	join(child, { resumeFrom: from("p2"), delayMs: 0 });
	write(inter(80, "p2"), key(1000, "K2"));
	clock.settle();
	expect(child.take()).toEqual(["hello M@0 M@0 VH@0 p1@40 ", "p2@80 K2@1000 "]);
});
