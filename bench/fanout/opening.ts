import { encodeAmf0 } from "#shared/formats/amf0";

const HANDSHAKE_ECHO = 1536;
const OUT_CHUNK_SIZE = 4096;
const SET_CHUNK_SIZE = 1;
const COMMAND = 20;

/**
 * All a player sends behind S2, at once: C2, and the calls that lead to `play` on message stream 1, which is the first
 * one every server gives. C2 is zeroes: no server looks at it.
 */
export function playOpening(app: string, name: string, tcUrl: string): Buffer {
	const chunkSize = Buffer.alloc(4);
	chunkSize.writeUInt32BE(OUT_CHUNK_SIZE);
	return Buffer.concat([
		Buffer.alloc(HANDSHAKE_ECHO),
		chunk(2, SET_CHUNK_SIZE, 0, chunkSize),
		chunk(3, COMMAND, 0, encodeAmf0("connect", 1, { app, flashVer: "LNX 9,0,124,2", tcUrl })),
		chunk(3, COMMAND, 0, encodeAmf0("createStream", 2, null)),
		chunk(8, COMMAND, 1, encodeAmf0("play", 3, null, name)),
	]);
}

/** A message as one chunk with a type-0 header (RTMP 1.0 §5.3.1.2.1). */
function chunk(chunkStream: number, type: number, messageStream: number, body: Buffer): Buffer {
	const header = Buffer.alloc(12);
	header.writeUInt8(chunkStream);
	header.writeUIntBE(body.length, 4, 3);
	header.writeUInt8(type, 7);
	header.writeUInt32LE(messageStream, 8);
	return Buffer.concat([header, body]);
}
