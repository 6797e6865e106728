import type { Millis } from "#shared/clock";
import type { MediaPacket } from "#shared/media";
import type { WireForm } from "./wire-form.ts";

/** Where a reader's bytes go: usually a socket, which stays its owner's to close. */
export interface Sink {
	/** Takes shared bytes: they are never changed, neither by the sink. Throwing ends this reader alone. */
	write(bytes: Uint8Array): void;
	/** Bytes accepted but not yet taken by the kernel. */
	queued(): number;
}

/** How far a reader may fall behind. */
export type ReaderBounds = {
	/** With more than this waiting in its sink, a reader skips to a later keyframe. */
	readonly queueBytes: number;
	/** A reader that is over its bound, or whose queue does not move, for this long is evicted. */
	readonly evictMs: Millis;
};

/**
 * Why the hub let go of a reader: `slow` its queue stayed over the bound · `stalled` its queue did not move ·
 * `write-failed` its sink threw.
 */
export type EvictReason = "slow" | "stalled" | "write-failed";

/** What joins a hub. Exactly one of `onEvict`, `onEnd` and the reader's own `leave` ends the membership. */
export type JoinOptions = {
	readonly form: WireForm;
	/** Packets are collected for this long before they are written; 0 writes once per turn of work. */
	readonly delayMs: Millis;
	readonly sink: Sink;
	readonly bounds: ReaderBounds;
	/**
	 * Finds in what is held of the stream (oldest packet first) the packet to begin with, by its index, for a reader that
	 * had the stream before. Where it is left out or finds nothing, the reader begins at the newest keyframe, or where it finds
	 * nothing yet in a stream that has just begun, with that beginning.
	 */
	readonly resumeFrom?: ((packets: Iterable<MediaPacket>) => number | undefined) | undefined;
	/** The reader is out; close its socket. `cause` is what the sink threw. May be called before `join` returns. */
	onEvict(reason: EvictReason, cause?: unknown): void;
	/** The stream is over and all of it was written to the sink. */
	onEnd(reason: string): void;
};

/** `waiting` for a keyframe · `skipping` over its bound · `left` also when evicted or ended. */
export type ReaderState = "live" | "waiting" | "skipping" | "paused" | "left";

/** What happened to one reader so far. */
export type ReaderStats = {
	readonly state: ReaderState;
	readonly sentBytes: number;
	readonly writes: number;
	/** Coded frames, audio included, not sent because the reader was too slow. */
	readonly skippedFrames: number;
	/** Groups of pictures of which some or all was not sent because the reader was too slow. */
	readonly skippedGroups: number;
};

/** One membership in a hub; everything here may be called from inside a sink or a callback. */
export interface Reader {
	/** Nothing is written until `resume`. */
	pause(): void;
	/** Goes on with the headers and the next keyframe. */
	resume(): void;
	/** Ends the membership without a callback; doing it again does nothing. */
	leave(): void;
	readonly stats: ReaderStats;
}

/** What came too late to be read. */
export const NO_LONGER_A_READER: Reader = {
	pause: () => {},
	resume: () => {},
	leave: () => {},
	stats: { state: "left", sentBytes: 0, writes: 0, skippedFrames: 0, skippedGroups: 0 },
};
