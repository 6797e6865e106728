/** Which track a packet belongs to: an FLV tag or RTMP message of type 8, 9 or 18. */
export type TrackKind = "audio" | "video" | "data";

/**
 * What a packet means to a relay:
 * `header` a codec header that decoding cannot start without · `keyframe` decoding can start here ·
 * `frame` any other coded frame, audio included · `metadata` onMetaData · `other` everything else.
 */
export type PacketRole = "header" | "keyframe" | "frame" | "metadata" | "other";

/** Ticks of 1/90,000 s since 1970, UTC; a safe integer. */
export type Ticks = number;

/** The segment that begins with a packet. */
export type SegmentMark = {
	/** Rises by one; the first is derived from UTC. */
	readonly number: number;
	/** UTC decode time of the packet that bears it. */
	readonly begin: Ticks;
	/** The times before it do not lead up to it, or codecs changed: a new period, EXT-X-DISCONTINUITY. */
	readonly discontinuity: boolean;
	/**
	 * The discontinuities of its timeline up to here; never falls. EXT-X-DISCONTINUITY-SEQUENCE and names of periods are made of it:
	 * where it does not rise, the times may have a hole, but are the same timeline's.
	 */
	readonly discontinuities: number;
};

/** Where in a segment a keyframe lies that begins none: by it, whoever joins there knows the time. */
export type SegmentPlace = {
	readonly number: number;
	/** UTC decode time of the segment's first packet. */
	readonly begin: Ticks;
	/** UTC decode time of the packet that bears this. */
	readonly at: Ticks;
	/** As in the mark of its segment. */
	readonly discontinuities: number;
};

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
	/** Where a segment begins with it. Of other packets the time follows from the last mark before: 90 ticks a millisecond. */
	readonly mark?: SegmentMark;
	/** Where it could begin one and does not. */
	readonly place?: SegmentPlace;
};
