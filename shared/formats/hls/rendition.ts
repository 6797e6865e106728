import type { MediaTrack } from "#shared/base/names";
import type { Ticks } from "#shared/formats/packet";

/** What a playlist tells of a part. */
export type HlsPart = { readonly duration: Ticks; readonly isIndependent: boolean };

/** What a playlist tells of a segment; `Packaged` (media/package) fits. */
export type HlsSegment = {
	/** Rises by one. */
	readonly number: number;
	/** UTC, since 1970. */
	readonly begin: Ticks;
	/** Of the parts so far. */
	readonly duration: Ticks;
	/** How many there were up to here; where it rises, times before do not lead up to it, or codecs changed. */
	readonly discontinuities: number;
	/** Which init segment its frames need. */
	readonly initId: string;
	readonly parts: readonly HlsPart[];
	/** No part follows. */
	readonly isWhole: boolean;
};

/** What a stream has of one track: oldest first, the last may be growing. */
export type HlsRendition = { readonly kind: MediaTrack; readonly segments: readonly HlsSegment[] };

/** Where a rendition ends: the last segment that has a part, and the last part of it. */
export type HlsEdge = { readonly msn: number; readonly part: number; readonly isWhole: boolean };

/** The end of a rendition; undefined while it has no part. */
export function edgeOf(segments: readonly HlsSegment[]): HlsEdge | undefined {
	const last = segments.findLast(({ parts }) => parts.length > 0);
	return last && { msn: last.number, part: last.parts.length - 1, isWhole: last.isWhole };
}
