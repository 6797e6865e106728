import { bodyOf, codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { readAc3Frame, readEac3Frame } from "./ac3.ts";
import { av1PictureSize } from "./av1.ts";
import type { AudioConfig, CodecConfig } from "./codec-config.ts";
import { readMp3Frame } from "./mp3.ts";
import { vp9PictureSize } from "./vp9.ts";

const READERS: Readonly<Record<string, (frame: Uint8Array) => AudioConfig>> = {
	".mp3": readMp3Frame,
	"ac-3": readAc3Frame,
	"ec-3": readEac3Frame,
};

/**
 * The configuration a frame tells by itself: of codecs that have no header packet (MP3, AC-3, E-AC-3), and `known` with the
 * picture size where only the keyframe has it (VP9, AV1). Undefined where there is nothing to learn. Throws ProtocolError
 * where the frame is malformed.
 */
export function readFrameConfig(packet: MediaPacket, known?: CodecConfig): CodecConfig | undefined {
	const body = bodyOf(packet);
	if (body === undefined) return undefined;
	if (packet.kind === "audio") return READERS[codecOf("audio", packet.payload) ?? ""]?.(body);
	if (packet.role !== "keyframe" || known?.kind !== "video" || known.width !== undefined) return undefined;
	const size = known.codec === "vp9" ? vp9PictureSize(body) : known.codec === "av1" ? av1PictureSize(body) : undefined;
	return size && { ...known, ...size };
}
