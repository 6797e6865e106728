import { bodyOf, codecOf } from "#shared/formats/flv";
import type { MediaPacket } from "#shared/formats/packet";
import { readAacConfig } from "./aac.ts";
import { readAv1Config } from "./av1.ts";
import { readAvcConfig } from "./avc.ts";
import type { CodecConfig } from "./codec-config.ts";
import { readFlacConfig } from "./flac.ts";
import { readHevcConfig } from "./hevc.ts";
import { readOpusConfig } from "./opus.ts";
import { readVp9Config } from "./vp9.ts";

const READERS: Readonly<Record<string, (record: Uint8Array) => CodecConfig>> = {
	avc1: readAvcConfig,
	hvc1: readHevcConfig,
	hev1: readHevcConfig,
	av01: readAv1Config,
	vp09: readVp9Config,
	mp4a: readAacConfig,
	Opus: readOpusConfig,
	fLaC: readFlacConfig,
};

/**
 * What a codec header says; undefined for anything that is no header, for several tracks in one packet, and for codecs that
 * are relayed without being understood. Throws ProtocolError where the header is malformed.
 */
export function readCodecConfig(packet: MediaPacket): CodecConfig | undefined {
	if (packet.role !== "header") return undefined;
	const read = READERS[codecOf(packet.kind, packet.payload) ?? ""];
	const body = bodyOf(packet);
	return body && read?.(body);
}
