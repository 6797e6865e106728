import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";
import { codecOf } from "./codec-of.ts";
import { compositionTime } from "./composition-time.ts";
import { readFlv } from "./file.ts";
import { FlvReader } from "./reader.ts";

const load = (name: string): Buffer => readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url));
const isFrame = ({ role }: MediaPacket): boolean => role === "frame" || role === "keyframe";
const roles = (packets: MediaPacket[], kind: TrackKind, role: string) =>
	packets.filter((packet) => packet.kind === kind && packet.role === role);

const files = [
	{ name: "hevc-aac.enhanced.flv", video: "hvc1", audio: "mp4a", hasOffsets: true },
	{ name: "av1-opus.enhanced.flv", video: "av01", audio: "Opus", hasOffsets: false },
	{ name: "bframes.flv", video: "avc1", audio: "mp4a", hasOffsets: true },
	{ name: "audio-only.flv", video: undefined, audio: "mp4a", hasOffsets: false },
	{ name: "video-only.flv", video: "avc1", audio: undefined, hasOffsets: false },
];

test.for(files)("$name has its codecs, one header a track, five keyframes", ({ name, video, audio, hasOffsets }) => {
	const packets = readFlv(load(name));
	for (const [kind, codec] of Object.entries({ video, audio }) as [TrackKind, string | undefined][]) {
		const own = packets.filter((packet) => packet.kind === kind);
		expect([...new Set(own.map(({ payload }) => codecOf(kind, payload)))]).toEqual(codec ? [codec] : []);
		expect(roles(own, kind, "header")).toHaveLength(codec ? 1 : 0);
	}
	expect(roles(packets, "data", "metadata")).toHaveLength(1);
	expect(roles(packets, "video", "keyframe").map(({ time }) => Math.round(time / 1000))).toEqual(
		video ? [0, 1, 2, 3, 4] : [],
	);
	expect(packets.some(({ kind, payload }) => kind === "video" && compositionTime(payload) > 0)).toBe(hasOffsets);
});

test.for(files)("no two frames of $name have the same payload", ({ name }) => {
	const payloads = readFlv(load(name))
		.filter(isFrame)
		.map(({ payload }) => Buffer.from(payload).toString("latin1"));
	expect(payloads.length).toBeGreaterThan(100);
	expect(new Set(payloads).size).toBe(payloads.length);
});

test.for([1, 13, 1460])("a file gives the same tags when it comes %i bytes at a time", (step) => {
	const bytes = load("bframes.flv");
	const whole = new FlvReader().push(bytes);
	const reader = new FlvReader();
	let count = 0;
	for (let at = 0; at < bytes.length; at += step) {
		for (const { kind, time, payload } of reader.push(bytes.subarray(at, at + step))) {
			const expected = whole[count++];
			expect({ kind, time }).toEqual({ kind: expected?.kind, time: expected?.time });
			expect(expected !== undefined && Buffer.compare(payload, expected.payload)).toBe(0);
		}
	}
	expect(count).toBe(whole.length);
});
