import type { MediaPacket } from "#shared/formats/packet";
import type { HeaderSet } from "#shared/media/headers";

/**
 * How packets look on one kind of wire, such as RTMP chunks of message stream 1 or FLV tags.
 * Two objects of the same `name` are the same form and share their bytes.
 */
export interface WireForm {
	readonly name: string;
	/** Bytes every reader of this form gets before anything else; left out or empty where there are none. */
	readonly preamble?: Uint8Array;
	/**
	 * Appends one packet's pieces to `into`; they are read, never changed, and copied at the next flush. `headers` are in force
	 * there, the packet included. A packet's bytes stand alone, whatever came before it: readers join, skip and go on at any
	 * packet. Of a form that has `leadIn` they are the same whenever they are made, and go on from those of the packet before.
	 */
	serialise(packet: MediaPacket, into: Uint8Array[], headers: HeaderSet): void;
	/**
	 * Makes the form of one stream, for one whose bytes go on from each other. Each of its packets is first made into bytes in
	 * order; some of them again, for who joins.
	 */
	ofStream?(): WireForm;
	/**
	 * Bytes in front of a packet that was made before, for who begins there, or has `missed` what came between. Who waits for
	 * a picture gets no sound of such a form: what it counts would jump.
	 */
	leadIn?(packet: MediaPacket, missed: boolean): Uint8Array;
}
