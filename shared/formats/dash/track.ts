import type { MediaTrack } from "#shared/base/names";
import type { CodecConfig } from "#shared/formats/codec";

/** What a manifest tells of a segment; `Packaged` (media/package) fits. Times are ticks of 1/90,000 s, UTC. */
export type DashSegment = {
	/** Rises by one. */
	readonly number: number;
	readonly begin: number;
	/** Of what is there so far. */
	readonly duration: number;
	/** How many there were up to here; a period begins where it rises. */
	readonly discontinuities: number;
	readonly initId: string;
	readonly isWhole: boolean;
};

/** One track of a stream: segments oldest first, the last may be growing. */
export type DashTrack = {
	readonly kind: MediaTrack;
	readonly config: CodecConfig;
	/** Bits a second. */
	readonly bitrate: number;
	/** Pictures a second, where known. */
	readonly frameRate?: number | undefined;
	readonly segments: readonly DashSegment[];
};
