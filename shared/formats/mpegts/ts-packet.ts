import { wrapped } from "./ticks.ts";

/** ISO/IEC 13818-1 §2.4.1. */
export const TS_PACKET_BYTES = 188;
const HEAD_BYTES = 4;
const BODY_BYTES = TS_PACKET_BYTES - HEAD_BYTES;
const SYNC_BYTE = 0x47;

/** adaptation_field_control (§2.4.3.3, table 2-5). */
const PAYLOAD = 0x10;
const ADAPTATION = 0x20;
const BOTH = 0x30;
/** payload_unit_start_indicator, beside the PID. */
const UNIT_START = 0x4000;

/** What an adaptation field may say here (§2.4.3.4). */
export type Adaptation = {
	/** Counters and times before this packet do not lead up to it. */
	readonly isDiscontinuity?: boolean;
	/** Decoding can begin with this packet. */
	readonly isRandomAccess?: boolean;
	/** Program clock reference, in ticks. */
	readonly pcr?: number | undefined;
};

/** continuity_counter has four bits (§2.4.3.3). */
export const counted = (counter: number, packets: number): number => (counter + packets) & 0x0f;

/**
 * Puts what begins at a packet of its own, a PES packet or a section with its pointer, into as many as it needs; the first
 * bears `counter`, what is left of the last is stuffing. `payload` is not empty.
 */
export function tsPackets(pid: number, counter: number, payload: Buffer, adaptation?: Adaptation): Buffer {
	const said = adaptation ? adaptationBytes(adaptation) : 0;
	const count = Math.ceil((payload.length + said) / BODY_BYTES);
	const stuffing = count * BODY_BYTES - payload.length - said;
	const out = Buffer.allocUnsafe(count * TS_PACKET_BYTES);
	for (let packet = 0, from = 0; packet < count; packet++) {
		const at = packet * TS_PACKET_BYTES;
		const field = (packet === 0 ? said : 0) + (packet === count - 1 ? stuffing : 0);
		writeHead(out, at, packet === 0 ? pid | UNIT_START : pid, counted(counter, packet), field > 0 ? BOTH : PAYLOAD);
		if (field > 0) writeAdaptation(out, at + HEAD_BYTES, field, packet === 0 ? adaptation : undefined);
		from += payload.copy(out, at + HEAD_BYTES + field, from, from + BODY_BYTES - field);
	}
	return out;
}

/** A packet that carries nothing else; its counter is that of the packet before it (§2.4.3.3). */
export function adaptationPacket(pid: number, counter: number, adaptation: Adaptation): Buffer {
	const out = Buffer.allocUnsafe(TS_PACKET_BYTES);
	writeHead(out, 0, pid, counted(counter, -1), ADAPTATION);
	writeAdaptation(out, HEAD_BYTES, BODY_BYTES, adaptation);
	return out;
}

/** `word` is the PID, with or without UNIT_START; `control` the adaptation_field_control. */
function writeHead(out: Buffer, at: number, word: number, counter: number, control: number): void {
	out[at] = SYNC_BYTE;
	out.writeUInt16BE(word, at + 1);
	out[at + 3] = control | counter;
}

/** Length, flags and PCR. */
const adaptationBytes = ({ pcr }: Adaptation): number => (pcr === undefined ? 2 : 8);

/** §2.4.3.4; a field of one byte is its length, 0, alone. */
function writeAdaptation(out: Buffer, at: number, size: number, says: Adaptation = {}): void {
	out.fill(0xff, at, at + size);
	out[at] = size - 1;
	if (size === 1) return;
	const { isDiscontinuity, isRandomAccess, pcr } = says;
	out[at + 1] = (isDiscontinuity ? 0x80 : 0) | (isRandomAccess ? 0x40 : 0) | (pcr === undefined ? 0 : 0x10);
	if (pcr === undefined) return;
	// 33 bits of base, six reserved ones, nine bits of extension, which is 0 (§2.4.3.5).
	const base = wrapped(pcr);
	out.writeUInt32BE(Math.floor(base / 2), at + 2);
	out.writeUInt16BE((base % 2) * 0x8000 + 0x7e00, at + 6);
}
