import { ProtocolError } from "#shared/base/errors";
import { type AudioConfig, type CodecConfig, readCodecConfig, type VideoConfig } from "#shared/formats/codec";
import { codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { adtsFramer } from "./adts.ts";
import { annexB } from "./annex-b.ts";
import { opusAccessUnit, opusChannelCode } from "./opus.ts";
import { streamId } from "./pes.ts";
import type { Listed } from "./tables.ts";

const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;

/** stream_type (ISO/IEC 13818-1 table 2-34; AC-3 and E-AC-3 as ATSC A/52 §A3.1 and §G3.1 have them). */
const streamType = {
	mpeg1Audio: 0x03,
	mpeg2Audio: 0x04,
	privatePes: 0x06,
	aac: 0x0f,
	h264: 0x1b,
	hevc: 0x24,
	ac3: 0x81,
	eac3: 0x87,
} as const;

/** One elementary stream: how the program lists it, and how its frames look in it. */
export type Track = Listed & {
	/** As `codecOf` calls it. */
	readonly codec: string;
	readonly streamId: number;
	/** The parts of a frame's PES payload, some of them views; none where there is nothing to send. */
	unit(body: Uint8Array, isKeyframe: boolean): Uint8Array[];
};

const NO_DESCRIPTORS = Buffer.alloc(0);

/** registration_descriptor (§2.6.8). */
const registration = (format: string): Buffer => Buffer.from(`\x05\x04${format}`, "latin1");

/** The track a codec header tells of; undefined where MPEG-TS has no room for it, or it cannot be read. */
export function trackOfHeader(header: MediaPacket): Track | undefined {
	const codec = codecOf(header.kind, header.payload);
	const config = configOf(header);
	if (codec === undefined || !config) return undefined;
	return config.kind === "video" ? videoTrack(codec, config) : audioTrack(codec, config);
}

function configOf(header: MediaPacket): CodecConfig | undefined {
	try {
		return readCodecConfig(header);
	} catch (error) {
		// A header that makes no sense is a track that cannot be played.
		if (error instanceof ProtocolError) return undefined;
		throw error;
	}
}

function videoTrack(codec: string, config: VideoConfig): Track | undefined {
	if (config.codec !== "h264" && config.codec !== "hevc") return undefined;
	return {
		codec,
		pid: VIDEO_PID,
		streamType: streamType[config.codec],
		streamId: streamId.video,
		descriptors: NO_DESCRIPTORS,
		unit: (body, isKeyframe) => annexB(body, isKeyframe, config),
	};
}

function audioTrack(codec: string, config: AudioConfig): Track | undefined {
	if (config.codec === "aac") return aacTrack(codec, config);
	return config.codec === "opus" ? opusTrack(codec, config) : undefined;
}

function aacTrack(codec: string, config: AudioConfig): Track | undefined {
	const unit = adtsFramer(config);
	return (
		unit && {
			codec,
			pid: AUDIO_PID,
			streamType: streamType.aac,
			streamId: streamId.audio,
			descriptors: NO_DESCRIPTORS,
			unit,
		}
	);
}

/** Registered as `Opus`, with the channels in an extension_descriptor (see `opusChannelCode`). */
function opusTrack(codec: string, { record }: AudioConfig): Track | undefined {
	const channels = opusChannelCode(record);
	if (channels === undefined) return undefined;
	return {
		codec,
		pid: AUDIO_PID,
		streamType: streamType.privatePes,
		streamId: streamId.private1,
		descriptors: Buffer.concat([registration("Opus"), Buffer.from([0x7f, 2, 0x80, channels])]),
		unit: opusAccessUnit,
	};
}

const asItIs = (body: Uint8Array): Uint8Array[] => [body];

/** The track of a codec that has no header: its frames tell all. Undefined for every other codec. */
export function trackOfFrame(codec: string, body: Uint8Array): Track | undefined {
	const common = { codec, pid: AUDIO_PID, unit: asItIs };
	switch (codec) {
		case ".mp3": {
			// ID of the frame's header (ISO/IEC 11172-3 §2.4.2.3, 13818-3): with rates below 32 kHz it is MPEG-2's.
			const isMpeg1 = ((body[1] ?? 0) & 0x18) === 0x18;
			const type = isMpeg1 ? streamType.mpeg1Audio : streamType.mpeg2Audio;
			return { ...common, streamType: type, streamId: streamId.audio, descriptors: NO_DESCRIPTORS };
		}
		case "ac-3":
			return {
				...common,
				streamType: streamType.ac3,
				streamId: streamId.private1,
				descriptors: registration("AC-3"),
			};
		case "ec-3":
			return {
				...common,
				streamType: streamType.eac3,
				streamId: streamId.private1,
				descriptors: registration("EAC3"),
			};
		default:
			return undefined;
	}
}
