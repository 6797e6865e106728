import { ByteReader } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import type { AudioConfig } from "./codec-config.ts";

const MAGIC = "OpusHead";
/** Opus decodes at this rate, whatever went in (RFC 7845 §4). */
const RATE = 48_000;

/** Reads an identification header (RFC 7845 §5.1). Throws ProtocolError. */
export function readOpusConfig(record: Uint8Array): AudioConfig {
	const reader = new ByteReader(record);
	if (reader.text(MAGIC.length) !== MAGIC)
		throw new ProtocolError("codec-header", `an Opus header that does not begin with ${MAGIC}`);
	const major = reader.u8() >> 4;
	if (major !== 0) throw new ProtocolError("codec-header", `OpusHead of major version ${major}; 0 is known`);
	const channels = reader.u8();
	if (channels === 0) throw new ProtocolError("codec-header", "OpusHead without channels");
	reader.skip(9);
	return { kind: "audio", codec: "opus", codecs: "opus", record, sampleRate: RATE, channels };
}
