/** Which track a packet belongs to: an FLV tag or RTMP message of type 8, 9 or 18. */
export type TrackKind = "audio" | "video" | "data";

/**
 * What a packet means to a relay:
 * `header` a codec header that decoding cannot start without · `keyframe` decoding can start here ·
 * `frame` any other coded frame, audio included · `metadata` onMetaData · `other` everything else.
 */
export type PacketRole = "header" | "keyframe" | "frame" | "metadata" | "other";

/** One coded frame, header or event of a stream. Shared by all who hold it; never changed. */
export type MediaPacket = {
	readonly kind: TrackKind;
	readonly role: PacketRole;
	/** Decode time in milliseconds: unwrapped, so it goes past 2^32 where the wire does not. */
	readonly time: number;
	/** The FLV tag's data, byte for byte as the encoder sent it (for `data`: AMF0 without "@setDataFrame"). */
	readonly payload: Uint8Array;
	/** When it came in from its publisher: milliseconds since 1970, UTC, by the origin's clock. Only an origin knows it. */
	readonly arrivedAt?: number;
};
