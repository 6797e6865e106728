import type { Cancel, Millis } from "#shared/base/clock";
import type { CodecConfig } from "#shared/formats/codec";
import type { Ticks } from "#shared/formats/packet";

/** One CMAF chunk of a track: `prft`, `moof`, `mdat`. Only where a single frame is longer is it longer than `partMs`. */
export type PackagedPart = {
	/** From 0 in each segment. */
	readonly index: number;
	/** UTC decode time of its first frame. */
	readonly begin: Ticks;
	readonly duration: Ticks;
	/** Decoding can begin with it. */
	readonly isIndependent: boolean;
	/** Shared and never changed. */
	readonly bytes: Uint8Array;
};

/** One segment of a track; its bytes are those of its parts. The same object from its first part on. */
export type PackagedSegment = {
	readonly number: number;
	/** UTC decode time of its first frame. */
	readonly begin: Ticks;
	readonly discontinuity: boolean;
	/** Those of its timeline up to here, and changes of the track's own init segment: it rises with whatever begins a period. */
	readonly discontinuities: number;
	/** What `Packaged.init` knows its init segment by; empty where the segment has no parts. */
	readonly initId: string;
	/** Grows until the segment is whole; empty for good where the track had nothing in that time. */
	readonly parts: readonly PackagedPart[];
	/** Nothing is added any more. False and not the newest: packets were lost, and its end is missing. */
	readonly isWhole: boolean;
	/** Of what is there. */
	readonly duration: Ticks;
};

/** One track in its sliding window: numbers rise by one, the oldest is first, and the last may be growing. */
export type PackagedTrack = {
	readonly kind: "video" | "audio";
	/** That of the newest segment. */
	readonly config: CodecConfig;
	/** Bits a second of the densest segment in the window. */
	readonly bitrate: number;
	/** Frames a second in the newest whole segment; undefined before there is one. */
	readonly frameRate: number | undefined;
	readonly segments: readonly PackagedSegment[];
};

/** A stream as segments and parts. Whoever reads it keeps nothing alive: what is outside the window is gone. */
export interface Packaged {
	/** Video first. A track is there from its first part to the last one in the window. */
	readonly tracks: readonly PackagedTrack[];
	/** Tracks that are left out: one sentence for each. */
	readonly refusals: readonly string[];
	/** The init segment of that id, as long as a segment in the window needs it. */
	init(id: string): Uint8Array | undefined;
	/** How long segments are, at least. */
	readonly segmentMs: Millis;
	/** How long parts are, at most. */
	readonly partMs: Millis;
	/** Nothing is added any more. */
	readonly hasEnded: boolean;
	/** Called after every new part or whole segment, of several at once only once; returns how to take it back. */
	onChange(listener: () => void): Cancel;
}
