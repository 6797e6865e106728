import { ByteReader } from "#shared/base/bytes";
import { ProtocolError } from "#shared/base/errors";
import { BitReader } from "./bit-reader.ts";
import type { AudioConfig } from "./codec-config.ts";

const MAGIC = "fLaC";
const STREAMINFO_BYTES = 34;

/** Reads `fLaC` with its STREAMINFO block (RFC 9639 §8.1, §8.2); the record is the blocks behind the marker, as `dfLa` has them. */
export function readFlacConfig(payload: Uint8Array): AudioConfig {
	const reader = new ByteReader(payload);
	if (reader.text(MAGIC.length) !== MAGIC)
		throw new ProtocolError("codec-header", `a FLAC header that does not begin with ${MAGIC}`);
	const type = reader.u8() & 0x7f;
	const size = reader.u24();
	if (type !== 0 || size !== STREAMINFO_BYTES)
		throw new ProtocolError("codec-header", "a FLAC header without STREAMINFO in front");
	const info = new BitReader(reader.bytes(size));
	const [smallest, largest] = [info.bits(16), info.bits(16)];
	info.skip(48);
	const sampleRate = info.bits(20);
	const channels = info.bits(3) + 1;
	if (sampleRate === 0) throw new ProtocolError("codec-header", "a FLAC header of sample rate 0");
	return {
		kind: "audio",
		codec: "flac",
		codecs: "fLaC",
		record: payload.subarray(MAGIC.length),
		sampleRate,
		channels,
		...(smallest === largest && smallest > 0 && { frameSamples: smallest }),
	};
}
