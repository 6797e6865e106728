import type { MediaPacket } from "#shared/formats/packet";

/**
 * How packets look on one kind of wire, such as RTMP chunks of message stream 1 or FLV tags.
 * Two objects of the same `name` are the same form and share their bytes.
 */
export interface WireForm {
	readonly name: string;
	/** Bytes every reader of this form gets before anything else; left out or empty where there are none. */
	readonly preamble?: Uint8Array;
	/**
	 * Appends one packet's pieces to `into`; they are read, never changed, and copied at the next flush.
	 * A packet's bytes stand alone, whatever came before it: readers join, skip and go on at any packet.
	 */
	serialise(packet: MediaPacket, into: Uint8Array[]): void;
}
