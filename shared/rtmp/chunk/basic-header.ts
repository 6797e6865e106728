/** RTMP 1.0 §5.3.1.1: chunk stream ids run from 2 to 65599; 0 and 1 in the first byte announce a longer form. */
export type BasicHeader = { format: 0 | 1 | 2 | 3; chunkStream: number; bytes: number };

/** The basic header at `offset`; undefined until all its bytes have arrived. */
export function decodeBasicHeader(input: Buffer, offset: number): BasicHeader | undefined {
	const first = input[offset];
	if (first === undefined) return undefined;
	const format = (first >> 6) as BasicHeader["format"];
	const short = first & 0x3f;
	if (short > 1) return { format, chunkStream: short, bytes: 1 };
	const bytes = short + 2;
	if (input.length - offset < bytes) return undefined;
	// The longest form is little-endian, unlike everything else in RTMP.
	const rest = short === 0 ? input.readUInt8(offset + 1) : input.readUInt16LE(offset + 1);
	return { format, chunkStream: rest + 64, bytes };
}

/** The basic header in its shortest form. */
export function encodeBasicHeader(format: BasicHeader["format"], chunkStream: number): Buffer {
	if (chunkStream < 64) return Buffer.of((format << 6) | chunkStream);
	const rest = chunkStream - 64;
	if (rest < 256) return Buffer.of(format << 6, rest);
	return Buffer.of((format << 6) | 1, rest & 0xff, rest >> 8);
}
