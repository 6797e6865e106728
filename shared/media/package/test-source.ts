import { readCodecConfig } from "#shared/formats/codec";
import type { MediaPacket, Ticks } from "#shared/formats/packet";
import type { StreamItem } from "#shared/media/stream";
import type { PackagedSegment } from "./packaged.ts";
import { Packager, type PackagerOptions } from "./packager.ts";

/** 2026-11-24, on a whole second. */
export const BEGIN: Ticks = 1_795_478_400 * 90_000;
export const NUMBER = 3_590_956_800;

/** H.264 320x180 and AAC-LC 48 kHz stereo, as ffmpeg sends them. */
const AVC = "170000000001 64000d ffe1001967 64000dacd941419f9e10000003001000000303c0f142996001000668ebe3cb22c0fdf8f800";
const AAC = "af001190";

const header = (kind: "video" | "audio", hex: string, time: number): MediaPacket => ({
	kind,
	role: "header",
	time,
	payload: Buffer.from(hex.replaceAll(" ", ""), "hex"),
});

/** What is published; times are milliseconds as encoders round them. */
export type SourceOptions = {
	readonly seconds: number;
	readonly video?: { readonly fps: number; readonly group: number } | undefined;
	readonly audio?: { readonly from?: number; readonly until?: number } | undefined;
	readonly segmentMs?: number;
	/** Added to all times. */
	readonly zero?: number;
};

const AAC_MS = 1024 / 48;

/** Packets in the order of their times, with marks. */
export function source(options: SourceOptions): MediaPacket[] {
	const { seconds, video = { fps: 30, group: 30 }, audio = {}, segmentMs = 2000, zero = 0 } = options;
	const packets: MediaPacket[] = [];
	for (let index = 0; "video" in options && !video ? false : index < seconds * video.fps; index++) {
		const isKeyframe = index % video.group === 0;
		const payload = Buffer.alloc(9 + (isKeyframe ? 900 : 90), index);
		Buffer.from(isKeyframe ? "1701000021" : "2701000000", "hex").copy(payload);
		packets.push({
			kind: "video",
			role: isKeyframe ? "keyframe" : "frame",
			time: zero + Math.round((index * 1000) / video.fps),
			payload,
		});
	}
	const { from = 0, until = Number.POSITIVE_INFINITY } = audio;
	for (let index = 0; index * AAC_MS < seconds * 1000; index++) {
		const time = Math.round(index * AAC_MS);
		if (time < from * 1000 || time >= until * 1000) continue;
		packets.push({
			kind: "audio",
			role: "frame",
			time: zero + time,
			payload: Buffer.alloc(40, index).fill("af01", 0, 2, "hex"),
		});
	}
	packets.sort((a, b) => a.time - b.time || (a.kind === "video" ? -1 : 1));
	return marked([header("video", AVC, zero), header("audio", AAC, zero), ...packets], segmentMs);
}

/** The same packets with the marks a timeline gives them, beginning at `BEGIN`. */
export function marked(packets: readonly MediaPacket[], segmentMs = 2000): MediaPacket[] {
	const hasVideo = packets.some(({ role }) => role === "keyframe");
	let last: { time: number; number: number } | undefined;
	let zero = 0;
	return packets.map((packet) => {
		const mayBegin = hasVideo ? packet.role === "keyframe" : packet.role === "frame";
		if (!mayBegin || (last && packet.time - last.time < segmentMs)) return packet;
		if (!last) zero = packet.time;
		last = { time: packet.time, number: last ? last.number + 1 : NUMBER };
		const begin = BEGIN + (packet.time - zero) * 90;
		return { ...packet, mark: { number: last.number, begin, discontinuity: false, discontinuities: 0 } };
	});
}

/** As a packet reader gives it. */
export const itemsOf = (packets: readonly MediaPacket[]): StreamItem[] =>
	packets.map((packet): StreamItem => {
		const config = readCodecConfig(packet);
		return config ? { type: "config", track: config.kind, config, header: packet } : { type: "packet", packet };
	});

export const OPTIONS: PackagerOptions = {
	segmentMs: 2000,
	partMs: 500,
	windowSegments: 100,
	windowBytes: 64 * 1024 * 1024,
};

/** Packages packets one by one. */
export function packaged(packets: readonly MediaPacket[], options: Partial<PackagerOptions> = {}): Packager {
	const packager = new Packager({ ...OPTIONS, ...options });
	for (const item of itemsOf(packets)) packager.take([item]);
	return packager;
}

export const trackOf = (packager: Packager, kind: "video" | "audio"): readonly PackagedSegment[] =>
	packager.tracks.find((track) => track.kind === kind)?.segments ?? [];

export const bytesOf = ({ parts }: PackagedSegment): Buffer => Buffer.concat(parts.map(({ bytes }) => bytes));

/** Whole segments by name, each as one text. */
export function wholeSegments(packager: Packager): Map<string, string> {
	const all = new Map<string, string>();
	for (const { kind, segments } of packager.tracks) {
		for (const segment of segments.filter(({ isWhole }) => isWhole)) {
			const parts = segment.parts.map(
				({ begin, duration, bytes }) => `${begin} ${duration} ${Buffer.from(bytes).toString("base64")}`,
			);
			all.set(`${kind} ${segment.number}`, [segment.begin, segment.initId, ...parts].join("\n"));
		}
	}
	return all;
}
