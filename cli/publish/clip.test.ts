import { expect, test } from "vitest";
import type { MediaPacket, PacketRole, TrackKind } from "#shared/formats/packet";
import { clipOf, timeline } from "./clip.ts";

const packet = (kind: TrackKind, role: PacketRole, time: number, hex: string): MediaPacket => ({
	kind,
	role,
	time,
	payload: Buffer.from(hex, "hex"),
});

const metadata = packet("data", "metadata", 0, "02");
const avcHeader = packet("video", "header", 0, "1700");
const aacHeader = packet("audio", "header", 0, "af00");
const avcEnd = packet("video", "other", 5080, "1702000000");

/** Recorded live from 5 s on: pictures each 40 ms, sound each 23 ms; it ends as ffmpeg ends a file. */
const file = [
	metadata,
	avcHeader,
	aacHeader,
	packet("video", "keyframe", 5000, "17010a"),
	packet("audio", "frame", 5000, "af010a"),
	packet("audio", "frame", 5023, "af010b"),
	packet("video", "frame", 5040, "27010b"),
	packet("audio", "frame", 5046, "af010c"),
	packet("video", "frame", 5080, "27010c"),
	avcEnd,
];

const take = (count: number, packets: Generator<MediaPacket>) => {
	const taken: MediaPacket[] = [];
	for (const each of packets) {
		taken.push(each);
		if (taken.length === count) break;
	}
	return taken;
};
const shown = (packets: readonly MediaPacket[]) =>
	packets.map(({ time, payload }) => `${time} ${Buffer.from(payload).toString("hex")}`);

test("times begin at 0, a round lasts as long as its longest track, and nothing says that it is the end", () => {
	const { packets, durationMs, hasVideo } = clipOf(file);
	expect({ durationMs, hasVideo, count: packets.length }).toEqual({ durationMs: 120, hasVideo: true, count: 9 });
	expect(packets.map(({ time }) => time)).toEqual([0, 0, 0, 0, 0, 23, 40, 46, 80]);
});

test("the second round goes on in time, without the headers in effect", () => {
	const [...packets] = take(15, timeline(clipOf(file), { loop: true, startAt: 1000 }));
	expect(shown(packets.slice(0, 4))).toEqual(["1000 02", "1000 1700", "1000 af00", "1000 17010a"]);
	expect(shown(packets.slice(9))).toEqual([
		"1120 17010a",
		"1120 af010a",
		"1143 af010b",
		"1160 27010b",
		"1166 af010c",
		"1200 27010c",
	]);
});

test("a header that changes on the way comes each time it changes", () => {
	const other = packet("video", "header", 5040, "1700ff");
	const frames = file.filter(({ kind, role }) => kind === "video" && (role === "frame" || role === "keyframe"));
	const changing = [avcHeader, ...frames.slice(0, 2), other, ...frames.slice(2)];
	const headers = take(8, timeline(clipOf(changing), { loop: true, startAt: 0 })).filter(
		({ role }) => role === "header",
	);
	expect(shown(headers)).toEqual(["0 1700", "40 1700ff", "120 1700"]);
});

test("without loop it ends", () => {
	expect([...timeline(clipOf(file), { loop: false, startAt: 0 })]).toHaveLength(9);
});

test.for([
	{ name: "AVC", kind: "video", hex: "1702000000", isLeftOut: true },
	{ name: "Enhanced RTMP video", kind: "video", hex: "9268766331", isLeftOut: true },
	{ name: "Enhanced RTMP audio", kind: "audio", hex: "924f707573", isLeftOut: true },
	{ name: "a cue point", kind: "data", hex: "0200", isLeftOut: false },
	{ name: "Enhanced RTMP video metadata", kind: "video", hex: "9468766331", isLeftOut: false },
] as const)("$name: left out is $isLeftOut", ({ kind, hex, isLeftOut }) => {
	const { packets } = clipOf([...file.slice(0, 9), packet(kind, "other", 5090, hex)]);
	expect(packets).toHaveLength(isLeftOut ? 9 : 10);
});
