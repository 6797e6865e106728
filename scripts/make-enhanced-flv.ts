// Rewraps an MP4 of ffmpeg's (HEVC or AV1 with AAC or Opus, not fragmented) as Enhanced RTMP's FLV, which ffmpeg 5 cannot write.
// usage: node --conditions=source --import tsx scripts/make-enhanced-flv.ts INPUT.mp4 OUTPUT.flv
import { readFileSync, writeFileSync } from "node:fs";
import { ByteReader, ByteWriter } from "#shared/base/bytes";
import { EcmaArray, encodeAmf0 } from "#shared/formats/amf0";
import { encodeFlvTag, FLV_HEADER } from "#shared/formats/flv";
import type { MediaPacket, TrackKind } from "#shared/formats/packet";

type Sample = { time: number; offset: number; isKey: boolean; bytes: Buffer };
type Track = { kind: TrackKind; format: string; config: Buffer; samples: Sample[] };

/** How much of a sample entry comes before its boxes. */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

/** ISO/IEC 14496-12 §4.2, without 64-bit sizes outside mdat. */
function boxes(bytes: Buffer): { type: string; body: Buffer }[] {
	const found: { type: string; body: Buffer }[] = [];
	for (let at = 0; at + 8 <= bytes.length; ) {
		const size = bytes.readUInt32BE(at);
		const isLarge = size === 1;
		const length = isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size;
		found.push({
			type: bytes.toString("latin1", at + 4, at + 8),
			body: bytes.subarray(at + (isLarge ? 16 : 8), at + length),
		});
		at += length;
	}
	return found;
}

function box(bytes: Buffer, ...path: string[]): Buffer | undefined {
	let body: Buffer | undefined = bytes;
	for (const type of path) body = body && boxes(body).find((one) => one.type === type)?.body;
	return body;
}

function needed(bytes: Buffer, ...path: string[]): Buffer {
	const body = box(bytes, ...path);
	if (!body) throw new Error(`The MP4 has no box ${path.join("/")}.`);
	return body;
}

/** A full box with a count and then rows of `width` 32-bit numbers. */
function rows(body: Buffer | undefined, width: number): number[][] {
	if (!body) return [];
	const reader = new ByteReader(body.subarray(4));
	return Array.from({ length: reader.u32() }, () => Array.from({ length: width }, () => reader.u32()));
}

/** Rows of (count, value) as one value for each sample. */
const runs = (table: number[][]): number[] =>
	table.flatMap(([count = 0, value = 0]) => new Array<number>(count).fill(value));

/** Where each sample lies in the file: stsz, stsc and stco together. */
function locate(stbl: Buffer): { at: number; size: number }[] {
	const stsz = needed(stbl, "stsz");
	const oneSize = stsz.readUInt32BE(4);
	const count = stsz.readUInt32BE(8);
	const sizes = Array.from({ length: count }, (_, index) => oneSize || stsz.readUInt32BE(12 + 4 * index));
	const chunks = rows(needed(stbl, "stco"), 1).map(([at = 0]) => at);
	const perChunk = rows(needed(stbl, "stsc"), 3);
	const places: { at: number; size: number }[] = [];
	for (const [index, start] of chunks.entries()) {
		const [, samples = 0] = perChunk.findLast(([first = 0]) => first <= index + 1) ?? [];
		let at = start;
		for (const size of sizes.slice(places.length, places.length + samples)) {
			places.push({ at, size });
			at += size;
		}
	}
	return places;
}

function readSamples(file: Buffer, stbl: Buffer, timescale: number): Sample[] {
	const durations = runs(rows(needed(stbl, "stts"), 2));
	const offsets = runs(rows(box(stbl, "ctts"), 2));
	const keys = box(stbl, "stss") && new Set(rows(box(stbl, "stss"), 1).flat());
	const millis = (ticks: number): number => Math.round((ticks * 1000) / timescale);
	let ticks = 0;
	return locate(stbl).map(({ at, size }, index) => {
		const time = millis(ticks);
		const offset = millis(ticks + (offsets[index] ?? 0)) - time;
		ticks += durations[index] ?? 0;
		return { time, offset, isKey: keys?.has(index + 1) ?? true, bytes: file.subarray(at, at + size) };
	});
}

/** ISO/IEC 14496-1 §7.2.6: the DecoderSpecificInfo (tag 5) within an esds box of ffmpeg's. */
function audioSpecificConfig(esds: Buffer): Buffer {
	const reader = new ByteReader(esds.subarray(4));
	for (;;) {
		const tag = reader.u8();
		let size = 0;
		for (let more = true; more; ) {
			const byte = reader.u8();
			size = (size << 7) | (byte & 0x7f);
			more = byte >= 0x80;
		}
		if (tag === 5) return reader.bytes(size);
		reader.skip(tag === 3 ? 3 : 13);
	}
}

/** The identification header of RFC 7845 §5.1 from the dOps box, which has the same fields in the other byte order. */
function opusHead(dOps: Buffer): Buffer {
	const head = Buffer.from("OpusHead\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "latin1");
	head.writeUInt8(dOps.readUInt8(1), 9);
	head.writeUInt16LE(dOps.readUInt16BE(2), 10);
	head.writeUInt32LE(dOps.readUInt32BE(4), 12);
	head.writeInt16LE(dOps.readInt16BE(8), 16);
	return head;
}

function configOf(format: string, entry: Buffer): Buffer {
	switch (format) {
		case "hvc1":
			return needed(entry.subarray(VISUAL_ENTRY_BYTES), "hvcC");
		case "av01":
			return needed(entry.subarray(VISUAL_ENTRY_BYTES), "av1C");
		case "mp4a":
			return audioSpecificConfig(needed(entry.subarray(AUDIO_ENTRY_BYTES), "esds"));
		case "Opus":
			return opusHead(needed(entry.subarray(AUDIO_ENTRY_BYTES), "dOps"));
		default:
			throw new Error(`No rule for ${format}.`);
	}
}

function readTrack(file: Buffer, trak: Buffer): Track {
	const mdia = needed(trak, "mdia");
	const mdhd = needed(mdia, "mdhd");
	const stbl = needed(mdia, "minf", "stbl");
	const [entry] = boxes(needed(stbl, "stsd").subarray(8));
	if (!entry) throw new Error("A track of the MP4 describes no samples.");
	const timescale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
	return {
		kind: needed(mdia, "hdlr").toString("latin1", 8, 12) === "vide" ? "video" : "audio",
		format: entry.type,
		config: configOf(entry.type, entry.body),
		samples: readSamples(file, stbl, timescale),
	};
}

/** Enhanced RTMP's VideoPacketType. */
const SEQUENCE_START = 0;
const CODED_FRAMES = 1;
const CODED_FRAMES_X = 3;

function videoPayload(format: string, isKey: boolean, packetType: number): ByteWriter {
	return new ByteWriter().u8(0x80 | ((isKey ? 1 : 2) << 4) | packetType).text(format);
}

/** Only HEVC has a composition time, and CodedFramesX is HEVC without one. */
function codedVideo(format: string, { isKey, offset }: Sample): ByteWriter {
	if (format !== "hvc1") return videoPayload(format, isKey, CODED_FRAMES);
	return offset === 0
		? videoPayload(format, isKey, CODED_FRAMES_X)
		: videoPayload(format, isKey, CODED_FRAMES).u24(offset);
}

/** AAC stays legacy, as encoders send it beside HEVC; all else has ExAudioTagHeader: types 0 SequenceStart, 1 CodedFrames. */
function audioPayload(format: string, packetType: number): ByteWriter {
	return format === "mp4a"
		? new ByteWriter().u8(0xaf).u8(packetType)
		: new ByteWriter().u8(0x90 | packetType).text(format);
}

function header({ kind, format, config }: Track): MediaPacket {
	const start = kind === "video" ? videoPayload(format, true, SEQUENCE_START) : audioPayload(format, SEQUENCE_START);
	return { kind, role: "header", time: 0, payload: start.bytes(config).finish() };
}

function frames({ kind, format, samples }: Track): MediaPacket[] {
	return samples.map((sample) => {
		const start = kind === "video" ? codedVideo(format, sample) : audioPayload(format, CODED_FRAMES);
		return { kind, role: "frame", time: sample.time, payload: start.bytes(sample.bytes).finish() };
	});
}

function metadata(tracks: Track[]): MediaPacket {
	const fourCc = (kind: TrackKind): number => {
		const format = tracks.find((track) => track.kind === kind)?.format ?? "";
		return format === "mp4a" ? 10 : Buffer.from(format.padEnd(4), "latin1").readUInt32BE();
	};
	const entries = {
		videocodecid: fourCc("video"),
		audiocodecid: fourCc("audio"),
		framerate: 30,
		width: 320,
		height: 180,
	};
	return { kind: "data", role: "metadata", time: 0, payload: encodeAmf0("onMetaData", new EcmaArray(entries)) };
}

const [input, output] = process.argv.slice(2);
if (!input || !output) throw new Error("usage: make-enhanced-flv.ts INPUT.mp4 OUTPUT.flv");
const file = readFileSync(input);
const tracks = boxes(needed(file, "moov"))
	.filter(({ type }) => type === "trak")
	.map(({ body }) => readTrack(file, body));
const packets = [metadata(tracks), ...tracks.map(header), ...tracks.flatMap(frames).sort((a, b) => a.time - b.time)];
writeFileSync(output, Buffer.concat([FLV_HEADER, ...packets.map(encodeFlvTag)]));
