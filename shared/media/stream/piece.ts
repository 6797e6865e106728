import type { MediaPacket } from "#shared/formats/packet";
import type { HeaderSet } from "#shared/media/headers";

/** The first place in a piece where a reader can begin. */
export type Cut = {
	/** Bytes before it. */
	readonly at: number;
	/** Frames before it. */
	readonly frames: number;
	/** Metadata and codec headers in force there. */
	readonly headers: HeaderSet;
	/** The packet that begins there. */
	readonly packet: MediaPacket;
};

/** Whole messages in one buffer that all readers share, and what is known of the groups of pictures in them. */
export type Piece = {
	readonly bytes: Buffer;
	readonly frames: number;
	/** Groups that begin here. */
	readonly groups: number;
	readonly cut: Cut | undefined;
	/** Metadata and codec headers of who had all that came before. */
	readonly headersBefore: HeaderSet;
};

/** Equal to no set a stream ever had: headers are sent to be sure. */
export const UNKNOWN_HEADERS: HeaderSet = [];

/** Bytes without a frame in them that count: headers, or sound for who waits for a picture. */
export const plainPiece = (bytes: Buffer): Piece => ({
	bytes,
	frames: 0,
	groups: 0,
	cut: undefined,
	headersBefore: UNKNOWN_HEADERS,
});

/** The end of the group that was begun before. */
export const beforeCut = (piece: Piece, cut: Cut): Piece => ({
	...piece,
	bytes: piece.bytes.subarray(0, cut.at),
	frames: cut.frames,
	groups: 0,
	cut: undefined,
});

/** The piece from its cut on. */
export const fromCut = (piece: Piece, cut: Cut): Piece =>
	cut.at === 0
		? piece
		: {
				bytes: piece.bytes.subarray(cut.at),
				frames: piece.frames - cut.frames,
				groups: piece.groups,
				cut: { ...cut, at: 0, frames: 0 },
				headersBefore: UNKNOWN_HEADERS,
			};
