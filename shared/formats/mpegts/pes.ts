import { wrapped } from "./ticks.ts";

/** stream_id (ISO/IEC 13818-1 table 2-22). */
export const streamId = { private1: 0xbd, audio: 0xc0, video: 0xe0 } as const;

const HEAD_BYTES = 9;
const TIME_BYTES = 5;
/** PES_packet_length counts what follows it in 16 bits; 0 leaves it open, which is for video alone (§2.4.3.7). */
const MAX_LENGTH = 0xffff;
const BEFORE_LENGTH = 6;

/** One coded frame with its times in ticks, not yet wrapped. */
export type PesOptions = { readonly streamId: number; readonly pts: number; readonly dts: number };

/** Most bytes of a frame that is not video. */
export const MAX_PES_BYTES = MAX_LENGTH - (HEAD_BYTES - BEFORE_LENGTH) - 2 * TIME_BYTES;

/** A whole PES packet (§2.4.3.6) that holds one access unit, begun at its start; the DTS is written where it differs. */
export function pesPacket({ streamId: id, pts, dts }: PesOptions, parts: readonly Uint8Array[]): Buffer {
	const hasDts = dts !== pts;
	const times = hasDts ? 2 * TIME_BYTES : TIME_BYTES;
	const head = Buffer.allocUnsafe(HEAD_BYTES + times);
	const size = parts.reduce((sum, part) => sum + part.length, head.length);
	const length = size - BEFORE_LENGTH;
	head.writeUInt32BE(0x100 + id, 0);
	head.writeUInt16BE(id === streamId.video ? 0 : length, 4);
	// '10', and data_alignment_indicator: an access unit begins here.
	head[6] = 0x84;
	head[7] = hasDts ? 0xc0 : 0x80;
	head[8] = times;
	writeTime(head, HEAD_BYTES, hasDts ? 3 : 2, pts);
	if (hasDts) writeTime(head, HEAD_BYTES + TIME_BYTES, 1, dts);
	return Buffer.concat([head, ...parts], size);
}

/** Three, fifteen and fifteen bits, each with a one behind it. */
function writeTime(out: Buffer, at: number, prefix: number, count: number): void {
	const time = wrapped(count);
	out[at] = (prefix << 4) | (Math.floor(time / 2 ** 30) << 1) | 1;
	out.writeUInt16BE((((time % 2 ** 30) >> 15) << 1) | 1, at + 1);
	out.writeUInt16BE(((time & 0x7fff) << 1) | 1, at + 3);
}
