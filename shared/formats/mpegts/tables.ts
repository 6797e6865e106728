import { ByteWriter } from "#shared/base/bytes";
import { crc32 } from "./crc-32.ts";

/** A stream of one program has the same numbers everywhere. */
export const PAT_PID = 0;
export const PMT_PID = 0x1000;
const TRANSPORT_STREAM_ID = 1;
const PROGRAM_NUMBER = 1;

const PAT_ID = 0;
const PMT_ID = 2;

/** version_number has five bits (§2.4.4.5). */
export const nextVersion = (version: number): number => (version + 1) & 0x1f;

/** A track as the program map lists it (ISO/IEC 13818-1 §2.4.4.9). */
export type Listed = { readonly pid: number; readonly streamType: number; readonly descriptors: Uint8Array };

/** program_association_section (§2.4.4.3), with the pointer in front of it; there is only one. */
export const PAT: Buffer = section(PAT_ID, TRANSPORT_STREAM_ID, 0, (body) =>
	body.u16(PROGRAM_NUMBER).u16(0xe000 | PMT_PID),
);

/** TS_program_map_section (§2.4.4.8), with the pointer in front of it. */
export function programMap(version: number, pcrPid: number, tracks: readonly Listed[]): Buffer {
	return section(PMT_ID, PROGRAM_NUMBER, version, (body) => {
		body.u16(0xe000 | pcrPid).u16(0xf000);
		for (const { pid, streamType, descriptors } of tracks) {
			body
				.u8(streamType)
				.u16(0xe000 | pid)
				.u16(0xf000 | descriptors.length)
				.bytes(descriptors);
		}
	});
}

/** The frame all sections share (§2.4.4.11): length, id, version, section 0 of 0, CRC. */
function section(tableId: number, id: number, version: number, write: (body: ByteWriter) => void): Buffer {
	const body = new ByteWriter();
	body
		.u16(id)
		.u8(0xc1 | (version << 1))
		.u16(0);
	write(body);
	const bytes = body.finish();
	const whole = new ByteWriter().u8(tableId).u16(0xb000 | (bytes.length + 4));
	const checked = whole.bytes(bytes).finish();
	return new ByteWriter().u8(0).bytes(checked).u32(crc32(checked)).finish();
}

/** A section with what fills its packet behind it (§2.4.4). */
export const padded = (section: Buffer, bytes: number): Buffer =>
	Buffer.concat([section, Buffer.alloc(bytes, 0xff)], bytes);
