import type { Cancel, Millis } from "#shared/base/clock";
import type { MediaPacket } from "#shared/formats/packet";
import type { WireForm } from "./wire-form.ts";

/** Where a reader's bytes go: usually a socket, which stays its owner's to close. */
export interface Sink {
	/** Takes shared bytes: they are never changed, neither by the sink. Throwing ends this reader alone. */
	write(bytes: Uint8Array): void;
	/** The same for several that go out together. */
	writeAll(parts: readonly Uint8Array[]): void;
	/** Bytes accepted but not yet taken by the kernel; what is written at a time may count whole until all of it is taken. */
	queued(): number;
	/** Calls back once, when all is taken of a queue of 64 KiB or more. */
	onceDrained(callback: () => void): void;
	/** Takes that back. */
	notDrained(callback: () => void): void;
	/** Calls back once the other end has taken nothing for `ms` though something waits for it; until cancelled. */
	watch(ms: Millis, onStalled: () => void): Cancel;
}

/** How far a reader may fall behind. */
export type ReaderBounds = {
	/** With more than this waiting for its sink, a reader loses groups of pictures that were not begun. */
	readonly queueBytes: number;
	/** A reader that takes nothing for this long, though something waits for it, is evicted. */
	readonly evictMs: Millis;
};

/** Why the hub let go of a reader: `stalled` it took nothing · `write-failed` its sink threw. */
export type EvictReason = "stalled" | "write-failed";

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

/** `waiting` for a keyframe · `left` also when evicted or ended. */
export type ReaderState = "live" | "waiting" | "left";

/** What happened to one reader so far. */
export type ReaderStats = {
	readonly state: ReaderState;
	readonly sentBytes: number;
	readonly writes: number;
	/** Bytes for it that the kernel has not taken. */
	readonly waitingBytes: number;
	/** Coded frames, audio included, not sent because the reader was too slow. */
	readonly skippedFrames: number;
	/** Groups of pictures of which some or all was not sent because the reader was too slow. */
	readonly skippedGroups: number;
};

/** One membership in a hub; everything here may be called from inside a sink or a callback. */
export interface Reader {
	/** Ends the membership without a callback; doing it again does nothing. */
	leave(): void;
	readonly stats: ReaderStats;
}

/** What came too late to be read. */
export const NO_LONGER_A_READER: Reader = {
	leave: () => {},
	stats: { state: "left", sentBytes: 0, writes: 0, waitingBytes: 0, skippedFrames: 0, skippedGroups: 0 },
};
